import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShopPipeError } from '../errors.ts';
import { makeFolder } from '../process/make-folder.ts';
import type { ProcessId } from '../process/process-table.ts';

/** Why a driver ended that nobody had asked to. */
export interface StreamFailure {
  /** ISO 8601. */
  at: string;
  kind: ShopPipeError['kind'];
  code: string;
  message: string;
  suggestion: string | null;
}

export function failureOf(error: unknown): StreamFailure {
  const at = new Date().toISOString();
  if (error instanceof ShopPipeError) {
    const { kind, code, message, suggestion = null } = error;
    return { at, kind, code, message, suggestion };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { at, kind: 'environment', code: 'stream_failed', message, suggestion: 'shop-pipe logs stream' };
}

/** What a supervisor says of itself and its driver, for other shop-pipes of this home. */
export interface SupervisionRecord {
  supervisor: ProcessId;
  state: 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped' | 'failed';
  detail: string | null;
  /** ISO 8601: since when it is in this state. */
  since: string;
  /** Leader of the driver's process group; null between two lives. */
  driver: ProcessId | null;
  /** Whether the driver, asked to end, had to be killed. */
  killed: boolean;
  restarts: number;
  lastError: StreamFailure | null;
}

/** Beside the pid file; no `.json`, which would make it one. */
const pathOf = (home: string): string => join(home, 'run', 'stream.state');

/** The record of the last supervisor of this home, whether it lives or not. */
export function readRecord(home: string): SupervisionRecord | null {
  try {
    return JSON.parse(readFileSync(pathOf(home), 'utf8')) as SupervisionRecord;
  } catch {
    return null;
  }
}

/** The supervisor's own side of the record. */
export class RecordWriter {
  readonly #home: string;
  #record: SupervisionRecord;

  constructor(home: string, supervisor: ProcessId) {
    this.#home = home;
    this.#record = {
      supervisor,
      state: 'starting',
      detail: null,
      since: new Date().toISOString(),
      driver: null,
      killed: false,
      restarts: 0,
      lastError: null,
    };
    this.update({});
  }

  get current(): Readonly<SupervisionRecord> {
    return this.#record;
  }

  update(change: Partial<Omit<SupervisionRecord, 'supervisor' | 'since'>>): void {
    const changed = change.state !== undefined && change.state !== this.#record.state;
    this.#record = {
      ...this.#record,
      ...change,
      ...(changed ? { since: new Date().toISOString() } : {}),
    };
    const path = pathOf(this.#home);
    makeFolder(join(this.#home, 'run'));
    writeFileSync(`${path}.new`, JSON.stringify(this.#record), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
