import { inTransaction, withClient } from '../connection.ts';
import type { Direction } from './apply.ts';
import { type MigrationFile, readMigrations, type Section } from './files.ts';
import { compareHistory } from './history.ts';
import { readLedger } from './ledger.ts';
import { checkDownOptions, type DownOptions, planDown, planUp, type UpOptions } from './plan.ts';
import { resumeAt } from './resume.ts';
import type { MigrateContext } from './session.ts';

export interface PlannedMigration {
  version: string;
  name: string;
  /** False where its statements commit one by one. */
  transaction: boolean;
  statements: number;
  /** Statements that an earlier run did already and that are left out. */
  statements_done: number;
}

export interface DryRun {
  direction: Direction;
  /** In the order in which they would run. */
  plan: PlannedMigration[];
  /** The newest applied version afterwards; null for an empty database. */
  current: string | null;
}

/**
 * What {@link migrateUp} or {@link migrateDown} would do, with the same refusals. Reads the database in a read-only
 * transaction, so any role that may read the ledger will do, and waits for nobody; where there is no ledger everything
 * is pending.
 */
export async function dryRun(
  context: Pick<MigrateContext, 'owner' | 'directory'>,
  direction: Direction,
  options: UpOptions & DownOptions = {},
): Promise<DryRun> {
  if (direction === 'down') checkDownOptions(options);
  const files = await readMigrations(context.directory);
  const rows = await withClient(
    context.owner,
    (client) => inTransaction(client, () => readLedger(client), 'begin transaction read only'),
    { name: 'migrate --dry-run' },
  );
  const entries = compareHistory(files, rows);
  const { run, current } = direction === 'up' ? planUp(entries, options) : planDown(entries, options);
  const plan = run.map((entry) => {
    const file = entry.file as MigrationFile;
    const { statements, transaction } = file[direction] as Section;
    const done = direction === 'up' ? (resumeAt(entry)?.done ?? 0) : 0;
    return {
      version: file.label,
      name: file.name,
      transaction,
      statements: statements.length,
      statements_done: done,
    };
  });
  return { direction, plan, current };
}
