import { sessionPid } from '../cancel.ts';
import { inTransaction } from '../connection.ts';
import { BlockerWatch } from './blockers.ts';
import type { MigrationFile, Section } from './files.ts';
import {
  recordApplied,
  recordFailed,
  recordReverted,
  recordStarted,
  recordStatementsDone,
} from './ledger.ts';
import type { MigrationSession } from './session.ts';
import { migrationError } from './sql-error.ts';
import type { Statement } from './statements.ts';

export type Direction = 'up' | 'down';

/**
 * Runs one section of one file and writes the ledger: both in one transaction, or, where the section opted out, each
 * statement by itself with the ledger saying how far it is.
 *
 * @returns seconds
 * @throws ShopPipeError with file and line
 */
export async function runSection(
  session: MigrationSession,
  file: MigrationFile,
  direction: Direction,
): Promise<number> {
  const section = file[direction] as Section;
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  const attempt = new Attempt(session, file, section);
  const record = async (): Promise<void> =>
    direction === 'up'
      ? await recordApplied(session.client, file, seconds())
      : await recordReverted(session.client, file.version);
  try {
    if (section.transaction) await attempt.together(record);
    else await attempt.oneByOne(direction, record);
  } catch (error) {
    throw await attempt.failed(error, direction);
  }
  return seconds();
}

class Attempt {
  readonly #session: MigrationSession;
  readonly #file: MigrationFile;
  readonly #section: Section;
  #statement: Statement | null = null;
  #blocker: string | null = null;

  constructor(session: MigrationSession, file: MigrationFile, section: Section) {
    this.#session = session;
    this.#file = file;
    this.#section = section;
  }

  async together(record: () => Promise<void>): Promise<void> {
    await inTransaction(this.#session.client, async () => {
      await this.#session.client.query(`set local lock_timeout = ${this.#session.lockTimeoutMs}`);
      for (const statement of this.#section.statements) await this.#run(statement);
      this.#statement = null;
      await record();
    });
  }

  async oneByOne(direction: Direction, record: () => Promise<void>): Promise<void> {
    const { client, lockTimeoutMs } = this.#session;
    await recordStarted(client, this.#file, direction === 'up' ? 'applying' : 'reverting');
    for (const [index, statement] of this.#section.statements.entries()) {
      // A concurrent build waits for transactions that are older, in nobody's way; cut short it leaves an invalid index.
      const limit = statement.words.includes('concurrently') ? 0 : lockTimeoutMs;
      await client.query(`set lock_timeout = ${limit}`);
      await this.#run(statement);
      await recordStatementsDone(client, this.#file.version, index + 1);
    }
    this.#statement = null;
    await record();
  }

  async #run(statement: Statement): Promise<void> {
    const { client, context, lockTimeoutMs } = this.#session;
    this.#statement = statement;
    this.#blocker = null;
    context.signal?.throwIfAborted();
    // Often enough to see who is in the way before the timeout; 0 is no timeout.
    const everyMs = lockTimeoutMs === 0 ? 2000 : Math.min(Math.max(lockTimeoutMs * 0.4, 50), 2000);
    const watch = new BlockerWatch(context.owner, sessionPid(client), everyMs, (blocker) => {
      context.progress.note(`${this.#file.file} line ${statement.line} waits for ${blocker}`);
    });
    try {
      await client.query(statement.text);
    } finally {
      await watch.stop();
      this.#blocker = watch.blocker;
    }
  }

  async failed(error: unknown, direction: Direction): Promise<Error> {
    const { client, context } = this.#session;
    const done = direction === 'up' ? 'applied' : 'undone';
    const command = `shop-pipe migrate ${direction}`;
    const whole = this.#section.transaction;
    const failure = migrationError(error, {
      file: this.#file,
      statement: this.#statement,
      blocker: this.#blocker,
      left: whole ? `nothing of it was ${done}` : `it is ${done} half way`,
      suggestion: whole
        ? `mend the file and run ${command} again`
        : 'mend the file, then shop-pipe migrate down (runs its down section) and shop-pipe migrate up',
      interrupted: context.signal?.aborted ?? false,
    });
    // The connection may be what failed; the row says `applying` even then.
    if (!whole) await recordFailed(client, this.#file.version, failure.message).catch(() => undefined);
    return failure;
  }
}
