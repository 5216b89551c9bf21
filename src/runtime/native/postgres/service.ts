import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config/config.ts';
import { probePostgres } from '../../../postgres/probe.ts';
import type { Service } from '../../service.ts';
import { findPostgres } from './binaries.ts';
import { clusterFiles, initCluster, writeClusterConfig } from './cluster.ts';
import { removeStaleLock } from './stale-lock.ts';
import { tuning, usableMemory } from './tuning.ts';
import { unprivileged } from './unprivileged.ts';

/** PostgreSQL from npm's binaries: data below `home`, TCP on the configured host only, scram passwords. */
export function postgresService(config: Config, home: string, modulesOf: string): Service {
  const { host, port, superuser } = config.postgres;
  const files = clusterFiles(home);
  const binaries = findPostgres(modulesOf);
  return {
    name: 'postgres',
    version: binaries.version,
    needs: [],
    listen: { host, port, variable: 'POSTGRES_PORT' },
    async prepare(say) {
      mkdirSync(join(home, 'postgres'), { recursive: true, mode: 0o700 });
      say('initdb');
      await initCluster(
        files,
        binaries,
        superuser.password,
        unprivileged(),
        join(home, 'logs', 'postgres.log'),
      );
      await removeStaleLock(files.data);
      say('starting');
      writeClusterConfig(files, {
        listen_addresses: host,
        port: String(port),
        unix_socket_directories: '',
        log_line_prefix: '%m [%p] %q%u@%d %a ',
        timezone: 'UTC',
        log_timezone: 'UTC',
        ...tuning(usableMemory()),
      });
    },
    async command() {
      return unprivileged()({
        file: binaries.postgres,
        args: ['-D', files.data, `--config_file=${files.config}`, `--hba_file=${files.hba}`],
      });
    },
    probe: () => probePostgres(superuser),
    // SIGINT is Postgres' "fast" stop: sessions are ended, everything is written.
    stop: { signal: 'SIGINT', graceMs: 60_000 },
    // Crash recovery replays up to max_wal_size.
    startMs: 180_000,
  };
}
