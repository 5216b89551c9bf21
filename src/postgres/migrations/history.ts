import { dataError, type ShopPipeError } from '../../errors.ts';
import type { MigrationFile } from './files.ts';
import type { LedgerRow } from './ledger.ts';

/**
 * `changed`: applied, but the file reads otherwise now. `missing`: applied, but there is no file. `half_run`: a
 * `transaction:false` section stopped in the middle. `out_of_order`: pending, but below one that is applied.
 */
export type MigrationState = 'applied' | 'pending' | 'changed' | 'missing' | 'half_run' | 'out_of_order';

/** One version, as the folder and as the database know it; at least one of `file` and `row` is there. */
export interface HistoryEntry {
  version: number;
  state: MigrationState;
  file: MigrationFile | null;
  row: LedgerRow | null;
}

/** Lays the folder beside the database, in the order of versions. */
export function compareHistory(files: readonly MigrationFile[], rows: readonly LedgerRow[]): HistoryEntry[] {
  const fileOf = new Map(files.map((file) => [file.version, file]));
  const rowOf = new Map(rows.map((row) => [row.version, row]));
  const newest = Math.max(0, ...rowOf.keys());
  return [...new Set([...fileOf.keys(), ...rowOf.keys()])]
    .sort((a, b) => a - b)
    .map((version) => {
      const [file, row] = [fileOf.get(version) ?? null, rowOf.get(version) ?? null];
      return { version, file, row, state: stateOf(file, row, newest) };
    });
}

function stateOf(file: MigrationFile | null, row: LedgerRow | null, newest: number): MigrationState {
  if (row === null) return file !== null && file.version < newest ? 'out_of_order' : 'pending';
  if (file === null) return 'missing';
  // A section that failed half way may be mended in its file: only what is applied as a whole must not change.
  if (row.state !== 'applied') return 'half_run';
  return row.checksum === file.checksum ? 'applied' : 'changed';
}

/** How messages call an entry: by its file, or by what the ledger remembers of it. */
export const entryName = ({ version, file, row }: HistoryEntry): string =>
  file?.file ?? `${String(version).padStart(4, '0')}_${row?.name}`;

/**
 * Refuses to go on where folder and database contradict each other.
 *
 * @param tolerated entries that the command is about to mend
 */
export function requireSoundHistory(
  entries: readonly HistoryEntry[],
  tolerated: readonly HistoryEntry[] = [],
): void {
  for (const entry of entries) {
    const problem = tolerated.includes(entry) ? null : problemOf(entry, entries);
    if (problem) throw problem;
  }
}

function problemOf(entry: HistoryEntry, entries: readonly HistoryEntry[]): ShopPipeError | null {
  const name = entryName(entry);
  switch (entry.state) {
    case 'changed':
      return dataError(
        'migration_changed',
        `${name} was changed after it was applied (${entry.row?.applied_at})`,
        {
          suggestion: `bring its old text back (git checkout HEAD -- sql/migrations/${name}) and put the change into a new one: shop-pipe migrate new NAME`,
        },
      );
    case 'missing':
      return dataError('migration_missing', `the database has ${name} applied, but there is no such file`, {
        suggestion: 'bring the file back, or update this clone: the database may be newer (git pull)',
      });
    case 'out_of_order': {
      const newest = entries.findLast(({ row }) => row !== null);
      return dataError(
        'migration_out_of_order',
        `${name} is not applied, but the later ${newest && entryName(newest)} is`,
        {
          suggestion: 'give it the next free number',
        },
      );
    }
    case 'half_run': {
      const { row, file } = entry;
      const what = row?.state === 'reverting' ? 'undone' : 'applied';
      const done = `${row?.statements_done} of its statements were done`;
      return dataError(
        'migration_half_run',
        `${name} was ${what} half way: ${done}, then ${row?.error ?? 'the run was killed'}`,
        {
          suggestion: file?.down
            ? 'shop-pipe migrate down (runs its down section), then shop-pipe migrate up'
            : `undo or finish it by hand, then shop-pipe migrate repair --mark-pending ${entry.version} (or --mark-applied)`,
        },
      );
    }
    default:
      return null;
  }
}
