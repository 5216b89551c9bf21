import type pg from 'pg';
import { type ShopPipeError, usageError } from '../../errors.ts';
import { inTransaction, withClient } from '../connection.ts';
import { readMigrations } from './files.ts';
import { compareHistory, entryName, type HistoryEntry } from './history.ts';
import { readLedger, recordAccepted, recordApplied, recordReverted } from './ledger.ts';
import { labelOf, versionOf } from './plan.ts';
import { type MigrationProblem, migrationProblems } from './problems.ts';
import { inMigrationSession, type LockOptions, type MigrateContext } from './session.ts';

export type RepairAction = 'accept_checksum' | 'mark_pending' | 'mark_applied';

/** Versions by what is to be done with their rows in the ledger; nothing else of the database is touched. */
export type RepairOptions = Partial<Record<RepairAction, readonly string[]>>;

export interface Repair {
  action: RepairAction;
  version: string;
  name: string;
}

export interface Repaired {
  /** What this call changed. */
  repaired: Repair[];
  /** What is left. */
  problems: MigrationProblem[];
}

const repairsTable = 'public.shop_pipe_migration_repairs';

/**
 * Corrects what the ledger says, under the migration lock and in one transaction, and keeps a record of it; without
 * options lists what is wrong and changes nothing.
 *
 * @throws ShopPipeError kind `usage` for a version that does not fit its action: then nothing is changed.
 */
export async function repairMigrations(
  context: MigrateContext,
  options: RepairOptions & LockOptions = {},
): Promise<Repaired> {
  if (inOrder.every((action) => (options[action] ?? []).length === 0)) {
    return { repaired: [], problems: await listProblems(context) };
  }
  return await inMigrationSession(context, options, async ({ client }, entries) => {
    const plan = planned(options, entries);
    await inTransaction(client, async () => {
      await ensureRepairsTable(client);
      for (const { action, entry } of plan) await carryOut(client, action, entry);
    });
    const files = entries.flatMap(({ file }) => file ?? []);
    const repaired = plan.map(({ action, entry: { version, file, row } }) => ({
      action,
      version: labelOf({ version, file }),
      name: file?.name ?? row?.name ?? '',
    }));
    const after = compareHistory(files, await readLedger(client));
    return { repaired, problems: await migrationProblems(client, after) };
  });
}

async function listProblems({ owner, directory }: MigrateContext): Promise<MigrationProblem[]> {
  const files = await readMigrations(directory);
  return await withClient(
    owner,
    async (client) => migrationProblems(client, compareHistory(files, await readLedger(client))),
    { name: 'migrate repair' },
  );
}

interface Planned {
  action: RepairAction;
  entry: HistoryEntry;
}

// Pending first: a renamed file is forgotten under its old number before it is known under the new one.
const inOrder: readonly RepairAction[] = ['mark_pending', 'accept_checksum', 'mark_applied'];

function planned(options: RepairOptions, entries: readonly HistoryEntry[]): Planned[] {
  const plan = inOrder.flatMap((action) =>
    (options[action] ?? []).map((text): Planned => {
      const version = versionOf(text, entries);
      return { action, entry: entries.find((entry) => entry.version === version) as HistoryEntry };
    }),
  );
  const versions = plan.map(({ entry }) => entry.version);
  const twice = plan.find(({ entry }, i) => versions.indexOf(entry.version) !== i);
  if (twice) throw usageError('repaired_twice', `${labelOf(twice.entry)} is named more than once`);
  for (const { action, entry } of plan) {
    const refusal = refusalOf(action, entry);
    if (refusal) throw refusal;
  }
  return plan;
}

function refusalOf(action: RepairAction, entry: HistoryEntry): ShopPipeError | null {
  const { file, row } = entry;
  const [name, version] = [entryName(entry), labelOf(entry)];
  if (action === 'mark_pending') {
    return row ? null : usageError('not_applied', `${name} is pending already`, 'shop-pipe migrate status');
  }
  if (file === null) {
    return usageError(
      'no_such_file',
      `there is no file of ${name}`,
      `shop-pipe migrate repair --mark-pending ${version}`,
    );
  }
  if (action === 'mark_applied') {
    if (row?.state !== 'applied') return null;
    return usageError(
      'applied_already',
      `${name} is applied already`,
      'shop-pipe migrate repair lists what is wrong',
    );
  }
  if (row?.state === 'applied') return null;
  return usageError(
    'not_applied',
    `${name} is not applied, so no checksum of it has to be accepted`,
    'shop-pipe migrate repair lists what is wrong',
  );
}

async function carryOut(
  client: pg.Client,
  action: RepairAction,
  { version, file, row }: HistoryEntry,
): Promise<void> {
  await client.query(
    `insert into ${repairsTable} (action, version, old_name, old_checksum, old_state, new_name, new_checksum)
    values ($1, $2, $3, $4, $5, $6, $7)`,
    action === 'mark_pending'
      ? [action, version, row?.name, row?.checksum, row?.state, null, null]
      : [action, version, row?.name, row?.checksum, row?.state, file?.name, file?.checksum],
  );
  if (action === 'mark_pending') await recordReverted(client, version);
  else if (file !== null && action === 'mark_applied') await recordApplied(client, file, 0);
  else if (file !== null) await recordAccepted(client, file);
}

async function ensureRepairsTable(client: pg.Client): Promise<void> {
  await client.query(`
    create table if not exists ${repairsTable} (
      repair_id bigint generated always as identity primary key,
      action text not null,
      version integer not null,
      old_name text,
      old_checksum text,
      old_state text,
      new_name text,
      new_checksum text,
      repaired_by name not null default session_user,
      repaired_at timestamptz not null default clock_timestamp()
    );
    comment on table ${repairsTable} is 'corrections of shop_pipe_migrations by shop-pipe migrate repair'`);
}
