import { environmentError } from '../../errors.ts';
import { sessionPid } from '../cancel.ts';
import { inTransaction } from '../connection.ts';
import { BlockerWatch } from './blockers.ts';
import { concurrentIndex, findIndex } from './concurrent-index.ts';
import type { MigrationFile, Section } from './files.ts';
import {
  recordApplied,
  recordFailed,
  recordReverted,
  recordStarted,
  recordStatementsDone,
} from './ledger.ts';
import { retryingLocks } from './lock-retry.ts';
import type { Beginning } from './resume.ts';
import type { MigrationSession } from './session.ts';
import { migrationError } from './sql-error.ts';
import type { Statement } from './statements.ts';

export type Direction = 'up' | 'down';

/**
 * Runs one section of one file and writes the ledger: both in one transaction, or, where the section opted out, each
 * statement by itself with the ledger saying how far it is. What waits too long for a lock is tried again.
 *
 * @param resumed where an up section without transaction is taken up
 * @returns seconds
 * @throws ShopPipeError with file and line
 */
export async function runSection(
  session: MigrationSession,
  file: MigrationFile,
  direction: Direction,
  resumed: Beginning | null = null,
): Promise<number> {
  const section = file[direction] as Section;
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  if (resumed) {
    const { length } = section.statements;
    session.context.progress.note(
      `${file.file} stopped half way: goes on after ${resumed.done} of ${length} statements`,
    );
  }
  const attempt = new Attempt(session, file, section);
  const record = async (): Promise<void> =>
    direction === 'up'
      ? await recordApplied(session.client, file, seconds())
      : await recordReverted(session.client, file.version);
  try {
    if (section.transaction) await attempt.together(record);
    else await attempt.oneByOne(direction, record, resumed ?? { done: 0, unsure: false });
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
  #attempts = 0;

  constructor(session: MigrationSession, file: MigrationFile, section: Section) {
    this.#session = session;
    this.#file = file;
    this.#section = section;
  }

  async together(record: () => Promise<void>): Promise<void> {
    const { client, lockTimeoutMs } = this.#session;
    await this.#retrying(() =>
      inTransaction(client, async () => {
        await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
        for (const statement of this.#section.statements) await this.#run(statement);
        this.#statement = null;
        await record();
      }),
    );
  }

  async oneByOne(
    direction: Direction,
    record: () => Promise<void>,
    { done, unsure }: Beginning,
  ): Promise<void> {
    const { client, lockTimeoutMs } = this.#session;
    await recordStarted(client, this.#file, direction === 'up' ? 'applying' : 'reverting', done);
    for (const [index, statement] of this.#section.statements.entries()) {
      if (index < done) continue;
      // A concurrent build waits for transactions that are older, in nobody's way; cut short it leaves an invalid index.
      const limit = statement.words.includes('concurrently') ? 0 : lockTimeoutMs;
      await client.query(`set lock_timeout = ${limit}`);
      const built = await this.#mendIndex(statement);
      this.#attempts = 0;
      if (!(built && unsure && index === done)) await this.#retrying(() => this.#run(statement));
      this.#statement = null;
      await recordStatementsDone(client, this.#file.version, index + 1);
    }
    await record();
  }

  /** Drops the invalid index that an earlier build of this statement left. Returns whether a valid one stands. */
  async #mendIndex(statement: Statement): Promise<boolean> {
    const index = concurrentIndex(statement);
    const found = index && (await findIndex(this.#session.client, index));
    if (!found || found.valid) return found !== null;
    const where = `${this.#file.file} line ${statement.line}`;
    if (found.builder !== null) {
      throw environmentError(
        'index_being_built',
        `${where}: index ${found.name} is being built by pid ${found.builder}`,
        { suggestion: 'wait for that session to end, then run the command again' },
      );
    }
    this.#session.context.progress.note(
      `${where}: drops ${found.name}, left invalid by a build that did not end`,
    );
    const text = `drop index concurrently if exists ${found.name}`;
    await this.#run({ ...statement, text, words: text.split(' ', 5) });
    return false;
  }

  #retrying(work: () => Promise<void>): Promise<void> {
    const { context, lockRetries: retries } = this.#session;
    return retryingLocks(
      () => {
        this.#attempts += 1;
        return work();
      },
      {
        retries,
        signal: context.signal,
        onPause: (pauseMs, retry) => {
          const where = `${this.#file.file} line ${this.#statement?.line}`;
          const undone = this.#section.transaction ? 'undone, ' : '';
          const seconds = (pauseMs / 1000).toFixed(1);
          context.progress.note(
            `${where}: ${this.#blocker ?? 'another session'} holds the lock; ${undone}tries again in ${seconds} s (${retry} of ${retries})`,
          );
        },
      },
    );
  }

  async #run(statement: Statement): Promise<void> {
    const { client, context, lockTimeoutMs } = this.#session;
    // Tried again, it may end before anybody looked who is in the way.
    if (this.#statement !== statement) this.#blocker = null;
    this.#statement = statement;
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
      this.#blocker = watch.blocker ?? this.#blocker;
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
      attempts: this.#attempts,
      left: whole ? `nothing of it was ${done}` : `it is ${done} half way`,
      suggestion: whole
        ? `mend ${breaksConstraint(error) ? 'the rows, or the file,' : 'the file'} and run ${command} again`
        : this.#suggestion(direction),
      interrupted: context.signal?.aborted ?? false,
    });
    // An error in the row says that its next statement did nothing. The connection may be what failed; the row says
    // `applying` even then.
    if (!whole && this.#statement !== null)
      await recordFailed(client, this.#file.version, failure.message).catch(() => undefined);
    return failure;
  }

  #suggestion(direction: Direction): string {
    if (direction === 'down') return 'mend what is wrong and run shop-pipe migrate down again';
    const changed = this.#file.down
      ? 'shop-pipe migrate down (runs its down section) first'
      : 'shop-pipe migrate repair lists the ways out';
    return `mend what is wrong and run shop-pipe migrate up again; where the file has to change: ${changed}`;
  }
}

/** SQLSTATE class 23: a statement that is right met rows that are not. */
const breaksConstraint = (error: unknown): boolean =>
  (error as { code?: string }).code?.startsWith('23') ?? false;
