import { dataError, usageError } from '../../errors.ts';
import { entryName, type HistoryEntry, requireSoundHistory } from './history.ts';
import { resumeAt } from './resume.ts';

export interface UpOptions {
  /** Up to and with this version; default all. */
  to?: string | undefined;
}

export interface DownOptions {
  /** How many; default 1. */
  steps?: number | undefined;
  /** All above this version; `0` for all. */
  to?: string | undefined;
}

/** What is going to run, in order. */
export interface Plan {
  run: HistoryEntry[];
  /** The newest applied version afterwards; null for an empty database. */
  current: string | null;
}

/** @throws ShopPipeError kind `data` for files that contradict the database, `usage` for an unknown `to`. */
export function planUp(entries: readonly HistoryEntry[], { to }: UpOptions): Plan {
  const last = to === undefined ? Number.POSITIVE_INFINITY : versionOf(to, entries);
  const run = entries.filter(
    (entry) => entry.version <= last && (entry.state === 'pending' || resumeAt(entry) !== null),
  );
  requireSoundHistory(entries, run);
  return { run, current: newestOf([...entries.filter(({ row }) => row), ...run]) };
}

/** @throws ShopPipeError as {@link planUp} does, and `migration_irreversible`. */
export function planDown(entries: readonly HistoryEntry[], { steps, to }: DownOptions): Plan {
  const newestFirst = entries.filter(({ row }) => row !== null).reverse();
  const floor = to === undefined ? 0 : Number(to) === 0 ? 0 : versionOf(to, entries);
  const run =
    to === undefined
      ? newestFirst.slice(0, steps ?? 1)
      : newestFirst.filter(({ version }) => version > floor);
  requireSoundHistory(entries, [
    ...run.filter(({ state }) => state === 'half_run'),
    ...entries.filter(({ state }) => state === 'out_of_order'),
  ]);
  const stuck = run.find(({ file }) => !file?.down);
  if (stuck) {
    throw dataError('migration_irreversible', `${entryName(stuck)} has no down section; nothing was undone`, {
      suggestion: `shop-pipe migrate down --to ${stuck.version} goes as far as it can`,
    });
  }
  return { run, current: newestOf(newestFirst.filter((entry) => !run.includes(entry))) };
}

/** @throws ShopPipeError kind `usage`. */
export function checkDownOptions({ steps, to }: DownOptions): void {
  if (steps !== undefined && to !== undefined)
    throw usageError('steps_and_to', 'give --steps or --to, not both');
  if (steps !== undefined && (!Number.isSafeInteger(steps) || steps < 1)) {
    throw usageError('bad_steps', `--steps must be a whole number from 1, not ${steps}`);
  }
}

/** The version that `text` names, among those that folder or database know. */
export function versionOf(text: string, entries: readonly HistoryEntry[]): number {
  const version = /^\d{1,9}$/.test(text) ? Number(text) : null;
  if (entries.some((entry) => entry.version === version)) return version as number;
  const known = entries.map((entry) => labelOf(entry)).join(', ');
  throw usageError(
    'unknown_version',
    `there is no migration ${text}`,
    `one of ${known || 'none: the folder is empty'}`,
  );
}

/** The number as the file writes it. */
export const labelOf = ({ file, version }: Pick<HistoryEntry, 'file' | 'version'>): string =>
  file?.label ?? String(version).padStart(4, '0');

function newestOf(entries: readonly HistoryEntry[]): string | null {
  const newest = entries.toSorted((a, b) => a.version - b.version).at(-1);
  return newest ? labelOf(newest) : null;
}
