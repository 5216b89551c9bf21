import { setTimeout as delay } from 'node:timers/promises';
import { interruptedError, ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { GivenParameters } from './parameters.ts';
import type { Question } from './question.ts';
import { type ReportResult, type RunOptions, runReport } from './run.ts';

/** One look: the figures, or what keeps the database from telling them. */
export type Look = { result: ReportResult; trouble?: never } | { result?: never; trouble: ShopPipeError };

export interface WatchOptions extends RunOptions {
  /** From the beginning of one look to that of the next; one that takes longer is followed at once. */
  everyMs: number;
}

/**
 * Asks the question again and again until the signal fires. A database that goes away meanwhile is told about and asked
 * on; one that cannot answer the first time is an error, as for a single report.
 *
 * @throws ShopPipeError `interrupted` in the end, and what `runReport` throws the first time, or for good.
 */
export async function* watchReport(
  target: PgTarget,
  question: Question,
  given: GivenParameters,
  { everyMs, ...options }: WatchOptions,
): AsyncGenerator<Look, never> {
  for (let first = true; ; first = false) {
    const next = performance.now() + everyMs;
    try {
      yield { result: await runReport(target, question, given, options) };
    } catch (error) {
      if (first || !passes(error)) throw error;
      yield { trouble: error };
    }
    const wait = Math.max(0, next - performance.now());
    await delay(wait, undefined, options.signal ? { signal: options.signal } : {}).catch(() => undefined);
    if (options.signal?.aborted) throw interruptedError(`report ${question.name} --watch`);
  }
}

/** What a restart of the database can bring about; a table that is missing stays missing. */
const passes = (error: unknown): error is ShopPipeError =>
  error instanceof ShopPipeError &&
  error.kind === 'environment' &&
  !['not_migrated', 'not_permitted', 'postgres_login_refused', 'postgres_no_database'].includes(error.code);
