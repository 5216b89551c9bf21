import { dataError, interruptedError, ShopPipeError } from '../../errors.ts';
import { inStep, silent } from '../../progress.ts';
import { compareCatalogs, type Difference } from '../catalog/compare.ts';
import {
  type DatabaseRight,
  grantedDatabaseRights,
  missingDatabaseRights,
} from '../catalog/database-rights.ts';
import { type CatalogObject, readCatalog } from '../catalog/read.ts';
import { withClient } from '../connection.ts';
import { withScratchDatabase } from '../scratch-database.ts';
import type { PgTarget } from '../target.ts';
import { readMigrations } from './files.ts';
import { compareHistory, type HistoryEntry, type MigrationState } from './history.ts';
import { readLedger } from './ledger.ts';
import { labelOf } from './plan.ts';
import { migrateUp } from './run.ts';
import type { MigrateContext } from './session.ts';

export interface MigrationDrift {
  version: string;
  name: string;
  state: Exclude<MigrationState, 'applied' | 'pending'>;
}

export interface Drift {
  /** Whether the database is what its migrations make. */
  ok: boolean;
  /** Newest applied version, up to which the files were run again; null for none. */
  current: string | null;
  /** Objects that were compared. */
  objects: number;
  /** Files that contradict the ledger. */
  migrations: MigrationDrift[];
  differences: Difference[];
  seconds: number;
}

/**
 * Compares the database with what its migrations make of an empty one, in a scratch database beside it, up to the newest
 * version that is applied. Rows are not compared, nor what runs make for themselves (see `catalog/queries.ts`).
 *
 * @throws ShopPipeError `no_scratch_database`; as `migrateUp` where a file fails on an empty database.
 */
export async function verifyMigrations(context: MigrateContext & { superuser: PgTarget }): Promise<Drift> {
  const { owner, directory, progress } = context;
  const started = performance.now();
  const files = await readMigrations(directory);
  return await withClient(
    owner,
    async (client) => {
      const entries = compareHistory(files, await readLedger(client));
      const actual = await readCatalog(client);
      const newest = entries.findLast(({ row }) => row !== null);
      const last = entries.findLast(
        ({ version, file }) => file !== null && version <= (newest?.version ?? 0),
      );
      const expected = await inStep(progress, 'migrations in a scratch database', () =>
        madeAnew(context, last ? labelOf(last) : null),
      );
      const migrations = entries.flatMap(driftOf);
      const differences = [
        ...compareCatalogs(expected.objects, actual),
        ...(await missingDatabaseRights(client, expected.rights)).map(asDifference),
      ];
      return {
        ok: migrations.length === 0 && differences.length === 0,
        current: newest ? labelOf(newest) : null,
        objects: expected.objects.length,
        migrations,
        differences,
        seconds: Math.round(performance.now() - started) / 1000,
      };
    },
    { name: 'migrate verify' },
  );
}

interface MadeAnew {
  objects: CatalogObject[];
  rights: DatabaseRight[];
}

/** What the files up to and with version `to` make of an empty database. */
async function madeAnew(
  context: MigrateContext & { superuser: PgTarget },
  to: string | null,
): Promise<MadeAnew> {
  const { directory, signal } = context;
  try {
    return await withScratchDatabase(context, async (scratch) => {
      if (to !== null) await migrateUp({ owner: scratch, directory, progress: silent, signal }, { to });
      signal?.throwIfAborted();
      return await withClient(
        scratch,
        async (client) => ({
          objects: await readCatalog(client),
          rights: await grantedDatabaseRights(client),
        }),
        { name: 'migrate verify' },
      );
    });
  } catch (error) {
    if (signal?.aborted) throw interruptedError('the scratch database is dropped, nothing else was touched');
    if (!(error instanceof ShopPipeError) || error.kind !== 'data') throw error;
    throw dataError('migration_fails_anew', `on an empty database ${error.message}`, {
      suggestion: 'mend the file: a new database could not be made with it',
      cause: error,
    });
  }
}

const asDifference = ({ role, right }: DatabaseRight): Difference => ({
  what: 'missing_in_database',
  kind: 'right on the database',
  name: `${right} for ${role}`,
  field: null,
  expected: null,
  actual: null,
});

function driftOf(entry: HistoryEntry): MigrationDrift[] {
  const { state, file, row } = entry;
  if (state === 'applied' || state === 'pending') return [];
  return [{ version: labelOf(entry), name: file?.name ?? row?.name ?? '', state }];
}
