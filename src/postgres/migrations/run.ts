import { dataError, usageError } from '../../errors.ts';
import { runSection } from './apply.ts';
import { entryName, type HistoryEntry, requireSoundHistory } from './history.ts';
import { eachMigration, inMigrationSession, type LockOptions, type MigrateContext } from './session.ts';

/** A migration that was just run. */
export interface Ran {
  /** As the file writes it, e.g. `0001`. */
  version: string;
  name: string;
  seconds: number;
}

export interface Migrated {
  /** Oldest first. */
  applied: Ran[];
  /** The newest applied version afterwards; null for an empty database. */
  current: string | null;
}

export interface Reverted {
  /** Newest first. */
  reverted: Ran[];
  current: string | null;
}

/**
 * Applies what is pending, oldest first, up to and with version `to`. Applied ones are checked against their files
 * before anything runs. A second run does nothing; two at once take turns.
 *
 * @throws ShopPipeError kind `data` for files that contradict the database or SQL that fails (with file and line),
 * `environment` for a lock, a lost connection or missing rights, `usage` for an unknown `to`.
 */
export async function migrateUp(
  context: MigrateContext,
  options: LockOptions & { to?: string | undefined } = {},
): Promise<Migrated> {
  return await inMigrationSession(context, options, async (session, _files, entries) => {
    requireSoundHistory(entries);
    const to = options.to === undefined ? Number.POSITIVE_INFINITY : versionOf(options.to, entries);
    const pending = entries.filter(({ state, version }) => state === 'pending' && version <= to);
    const applied = await eachMigration(session, 'migrations', pending, (_, file) =>
      runSection(session, file, 'up'),
    );
    return { applied, current: newestOf([...entries.filter(({ row }) => row), ...pending]) };
  });
}

/**
 * Undoes the newest `steps` migrations (default 1), or all above version `to` (`0`: all), newest first. Nothing runs
 * unless each of them has a down section. One that stopped half way is undone by its down section too.
 *
 * @throws ShopPipeError as {@link migrateUp} does, and `migration_irreversible`.
 */
export async function migrateDown(
  context: MigrateContext,
  options: LockOptions & { steps?: number | undefined; to?: string | undefined } = {},
): Promise<Reverted> {
  const { steps, to } = options;
  if (steps !== undefined && to !== undefined)
    throw usageError('steps_and_to', 'give --steps or --to, not both');
  if (steps !== undefined && (!Number.isSafeInteger(steps) || steps < 1)) {
    throw usageError('bad_steps', `--steps must be a whole number from 1, not ${steps}`);
  }
  return await inMigrationSession(context, options, async (session, _files, entries) => {
    const newestFirst = entries.filter(({ row }) => row !== null).reverse();
    const floor = to === undefined ? 0 : Number(to) === 0 ? 0 : versionOf(to, entries);
    const plan =
      to === undefined
        ? newestFirst.slice(0, steps ?? 1)
        : newestFirst.filter(({ version }) => version > floor);
    requireSoundHistory(entries, [
      ...plan.filter(({ state }) => state === 'half_run'),
      ...entries.filter(({ state }) => state === 'out_of_order'),
    ]);
    const stuck = plan.find(({ file }) => !file?.down);
    if (stuck) {
      throw dataError(
        'migration_irreversible',
        `${entryName(stuck)} has no down section; nothing was undone`,
        {
          suggestion: `shop-pipe migrate down --to ${stuck.version} goes as far as it can`,
        },
      );
    }
    const reverted = await eachMigration(session, 'undoing migrations', plan, (_, file) =>
      runSection(session, file, 'down'),
    );
    return { reverted, current: newestOf(newestFirst.filter((entry) => !plan.includes(entry))) };
  });
}

function versionOf(text: string, entries: readonly HistoryEntry[]): number {
  const version = /^\d{1,9}$/.test(text) ? Number(text) : null;
  if (entries.some((entry) => entry.version === version)) return version as number;
  const known = entries.map((entry) => labelOf(entry)).join(', ');
  throw usageError(
    'unknown_version',
    `there is no migration ${text}`,
    `one of ${known || 'none: the folder is empty'}`,
  );
}

const labelOf = ({ file, version }: HistoryEntry): string => file?.label ?? String(version).padStart(4, '0');

function newestOf(entries: readonly HistoryEntry[]): string | null {
  const newest = entries.toSorted((a, b) => a.version - b.version).at(-1);
  return newest ? labelOf(newest) : null;
}
