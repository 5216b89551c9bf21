import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

const mb = 1024 * 1024;

/** Memory that this process may use, in bytes: the machine's, or its control group's limit where that is lower. */
export function usableMemory(): number {
  const limits = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].map((path) => {
    try {
      return Number(readFileSync(path, 'utf8').trim());
    } catch {
      return Number.NaN;
    }
  });
  return Math.min(totalmem(), ...limits.filter((n) => Number.isFinite(n) && n > 0));
}

/**
 * Settings of a server that shares the machine with Spark, Kafka and Airflow: an eighth of the memory for its own
 * cache instead of the usual quarter. Durability is never traded: fsync and synchronous_commit stay on.
 */
export function tuning(memory: number): Record<string, string> {
  const share = (part: number, low: number, high: number): string =>
    `${Math.round(Math.min(high, Math.max(low, (memory * part) / mb)))}MB`;
  return {
    shared_buffers: share(1 / 8, 64, 4096),
    effective_cache_size: share(1 / 2, 128, 64 * 1024),
    maintenance_work_mem: share(1 / 32, 64, 1024),
    work_mem: share(1 / 512, 4, 64),
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    // The package is built without lz4 and zstd, and pglz takes more CPU than the pages are worth: keys took twice as long.
    wal_compression: 'off',
    random_page_cost: '1.1',
    max_connections: '100',
    // Compiling costs more than it saves on queries of this size.
    jit: 'off',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
  };
}
