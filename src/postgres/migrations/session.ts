import type pg from 'pg';
import type { Progress } from '../../progress.ts';
import { cancelOnAbort } from '../cancel.ts';
import { withClient } from '../connection.ts';
import type { PgTarget } from '../target.ts';
import { type MigrationFile, readMigrations } from './files.ts';
import { compareHistory, type HistoryEntry } from './history.ts';
import { ensureLedger, readLedger } from './ledger.ts';
import { takeMigrationLock } from './lock.ts';

export interface MigrateContext {
  /** The role that owns the tables; never a superuser. */
  owner: PgTarget;
  /** The folder of `NNNN_name.sql` files. */
  directory: string;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

export interface LockOptions {
  /** How long to wait for another run to end; default 10 minutes, since that run may build an index. */
  lockWaitMs?: number | undefined;
  /** How long a statement may wait for a table's lock, and so hold up those who queue behind it; default 5 seconds. */
  lockTimeoutMs?: number | undefined;
  /** How often a migration that could not have a lock in time is tried again; default 3. */
  lockRetries?: number | undefined;
}

/** A connection that holds the migration lock. */
export interface MigrationSession {
  client: pg.Client;
  context: MigrateContext;
  lockTimeoutMs: number;
  lockRetries: number;
}

/** The files are read first: a malformed one is an error before the database is touched. */
export async function inMigrationSession<T>(
  context: MigrateContext,
  options: LockOptions,
  work: (session: MigrationSession, entries: HistoryEntry[]) => Promise<T>,
): Promise<T> {
  const files = await readMigrations(context.directory);
  const { owner, progress, signal } = context;
  return await withClient(
    owner,
    async (client) => {
      await takeMigrationLock(client, { waitMs: options.lockWaitMs ?? 600_000, progress, signal });
      await ensureLedger(client);
      const entries = compareHistory(files, await readLedger(client));
      const { lockTimeoutMs = 5000, lockRetries = 3 } = options;
      const session = { client, context, lockTimeoutMs, lockRetries };
      return await cancelOnAbort(owner, client, signal, () => work(session, entries));
    },
    { name: 'migrate' },
  );
}

/** Runs `one` over `entries` as one step of progress, each with its seconds. */
export async function eachMigration<E extends HistoryEntry>(
  { client, context }: MigrationSession,
  label: string,
  entries: readonly E[],
  one: (entry: E, file: MigrationFile) => Promise<number>,
): Promise<{ version: string; name: string; seconds: number }[]> {
  if (entries.length === 0) return [];
  const done: { version: string; name: string; seconds: number }[] = [];
  const step = context.progress.step(label, { of: entries.length, unit: 'migrations' });
  try {
    for (const entry of entries) {
      const file = entry.file as MigrationFile;
      step.advance(done.length, file.file);
      await freshSettings(client);
      done.push({ version: file.label, name: file.name, seconds: await one(entry, file) });
    }
  } catch (error) {
    step.fail();
    throw error;
  }
  step.end(`${done.length} (${done.map(({ version }) => version).join(', ')})`);
  return done;
}

/**
 * What one file sets for its session must not leak into the next, and a database's default statement_timeout is not
 * meant for an index build. client_connection_check_interval ends a session whose client was killed, with its locks.
 */
async function freshSettings(client: pg.Client): Promise<void> {
  await client.query('reset session authorization');
  await client.query('reset role');
  await client.query('reset all');
  await client.query('set statement_timeout = 0');
  // Not every platform of a server has it (Windows has not); without it the session ends with its statement.
  await client.query("set client_connection_check_interval = '1s'").catch(() => undefined);
}
