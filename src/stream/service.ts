import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { environmentError } from '../errors.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { identify, isAlive, type ProcessId } from '../process/process-table.ts';
import { type PidFile, PidFiles } from '../runtime/native/pid-files.ts';
import type { ServiceState, ServiceStatus } from '../runtime/service.ts';
import { streamService } from './name.ts';
import { failureOf, RecordWriter, readRecord, type SupervisionRecord } from './record.ts';

/** A supervisor lets its driver end between two batches, for a minute, and needs a moment itself. */
const stopGraceMs = 75_000;

export const streamPidFiles = (home: string): PidFiles => new PidFiles(join(home, 'run'));

export function pidFileOf(supervisor: ProcessId, { kafka }: Config): PidFile {
  return {
    ...supervisor,
    healthyAt: null,
    startedAt: new Date().toISOString(),
    endpoint: `${ordersTopic} at ${kafka.target.brokers.join(',')}`,
    stop: { signal: 'SIGTERM', graceMs: stopGraceMs },
  };
}

/** This process as the supervisor of its home. */
export interface ClaimedService {
  record: RecordWriter;
  /** The driver runs for the first time. */
  running(): void;
  /** Nothing is left to be stopped. */
  ended(): void;
  /** The pid file stays: that of a dead process says `failed`, and the record says why. */
  failed(error: unknown): void;
}

/** @throws ShopPipeError `stream_supervised` when another process supervises the stream of this home. */
export function claimService(home: string, config: Config): ClaimedService {
  const files = streamPidFiles(home);
  const me = identify(process.pid);
  if (me === null) throw new Error('this process is not in the process table');
  const other = files.read(streamService);
  const mine = other?.pid === me.pid && other.startTime === me.startTime;
  if (other !== null && !mine && isAlive(other)) {
    throw environmentError('stream_supervised', `the stream runs already (pid ${other.pid})`, {
      suggestion: 'shop-pipe stream stop',
    });
  }
  const file = mine ? other : pidFileOf(me, config);
  if (!mine) files.write(streamService, file);
  const record = new RecordWriter(home, me);
  return {
    record,
    running: () => files.write(streamService, { ...file, healthyAt: new Date().toISOString() }),
    ended() {
      record.update({ state: 'stopped', detail: null, driver: null });
      files.remove(streamService);
    },
    failed(error) {
      const lastError = failureOf(error);
      record.update({ state: 'failed', detail: lastError.message, driver: null, lastError });
    },
  };
}

/** The supervisor of this home: its pid file and whether it lives. Null where none was started, or it was stopped. */
export function findSupervisor(
  home: string,
): { file: PidFile; alive: boolean; record: SupervisionRecord | null } | null {
  const file = streamPidFiles(home).read(streamService);
  if (file === null) return null;
  const record = readRecord(home);
  const own = record !== null && isSame(record.supervisor, file);
  return { file, alive: isAlive(file), record: own ? record : null };
}

export const isSame = (a: ProcessId, b: ProcessId): boolean => a.pid === b.pid && a.startTime === b.startTime;

const serviceStates: Record<SupervisionRecord['state'], ServiceState> = {
  starting: 'starting',
  running: 'healthy',
  stopping: 'healthy',
  waiting: 'unhealthy',
  stopped: 'stopped',
  failed: 'failed',
};

/** The stream as one of the services; none where it was not started in the background. */
export function streamServiceStatus(home: string): ServiceStatus[] {
  const found = findSupervisor(home);
  if (found === null) return [];
  const { file, alive, record } = found;
  const state = alive ? serviceStates[record?.state ?? 'starting'] : 'failed';
  return [
    { name: streamService, state, pid: alive ? file.pid : null, endpoint: file.endpoint, version: null },
  ];
}
