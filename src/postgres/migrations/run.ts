import { runSection } from './apply.ts';
import { checkDownOptions, type DownOptions, planDown, planUp, type UpOptions } from './plan.ts';
import { resumeAt } from './resume.ts';
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
 * before anything runs. A second run does nothing; two at once take turns. A section without transaction that stopped
 * half way is taken up where that is safe.
 *
 * @throws ShopPipeError kind `data` for files that contradict the database or SQL that fails (with file and line),
 * `environment` for a lock, a lost connection or missing rights, `usage` for an unknown `to`.
 */
export async function migrateUp(
  context: MigrateContext,
  options: LockOptions & UpOptions = {},
): Promise<Migrated> {
  return await inMigrationSession(context, options, async (session, entries) => {
    const { run, current } = planUp(entries, options);
    const applied = await eachMigration(session, 'migrations', run, (entry, file) =>
      runSection(session, file, 'up', resumeAt(entry)),
    );
    return { applied, current };
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
  options: LockOptions & DownOptions = {},
): Promise<Reverted> {
  checkDownOptions(options);
  return await inMigrationSession(context, options, async (session, entries) => {
    const { run, current } = planDown(entries, options);
    const reverted = await eachMigration(session, 'undoing migrations', run, (_, file) =>
      runSection(session, file, 'down'),
    );
    return { reverted, current };
  });
}
