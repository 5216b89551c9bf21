import { withClient } from '../connection.ts';
import { readMigrations } from './files.ts';
import { compareHistory, type MigrationState } from './history.ts';
import { readLedger } from './ledger.ts';
import type { MigrateContext } from './session.ts';

export interface MigrationStatus {
  migrations: {
    version: string;
    name: string;
    state: MigrationState;
    /** UTC, to the second; null while pending. */
    applied_at: string | null;
    /** Of the file, or of what was applied where the file is gone. */
    checksum: string;
    /** What stopped a half-run one. */
    error: string | null;
  }[];
  /** Newest applied version; null for an empty database. */
  current: string | null;
  /** Whether `migrate up` has nothing to do and nothing to complain about. */
  up_to_date: boolean;
}

/** Lays folder and database side by side. Reads only, and waits for nobody. */
export async function migrationStatus(
  context: Pick<MigrateContext, 'owner' | 'directory'>,
): Promise<MigrationStatus> {
  const files = await readMigrations(context.directory);
  const rows = await withClient(context.owner, readLedger, { name: 'migrate status' });
  const migrations = compareHistory(files, rows).map(({ version, file, row, state }) => ({
    version: file?.label ?? String(version).padStart(4, '0'),
    name: file?.name ?? row?.name ?? '',
    state,
    applied_at: row?.applied_at ?? null,
    checksum: file?.checksum ?? row?.checksum ?? '',
    error: row?.error ?? null,
  }));
  const applied = migrations.filter(({ state }) => state !== 'pending' && state !== 'out_of_order');
  return {
    migrations,
    current: applied.at(-1)?.version ?? null,
    up_to_date: migrations.every(({ state }) => state === 'applied'),
  };
}
