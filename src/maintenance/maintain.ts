import { environmentError, interruptedError } from '../errors.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { inStep, type Progress } from '../progress.ts';
import { inBooks } from '../stream/books-error.ts';
import { type PrunedRejects, pruneRejects } from '../stream/rejects/prune.ts';
import { type AnalyzedTable, analyzeTables } from './analyze.ts';
import { type PrunedBatches, pruneBatches } from './batches.ts';
import { makePartitions, type PartitionsAhead } from './partitions.ts';
import { dropOrphans, type Orphans } from './staging.ts';

export interface MaintainContext {
  owner: PgTarget;
  timezone: string;
  progress: Progress;
  signal: AbortSignal;
}

export interface MaintainOptions {
  /** Months of partitions beyond the present one. */
  months: number;
  /** Age in days beyond which rejects go, and batches of the stream. */
  rejectDays: number;
  batchDays: number;
}

export interface Maintained {
  partitions: PartitionsAhead;
  staging: Orphans;
  rejects: PrunedRejects;
  batches: PrunedBatches;
  analyzed: AnalyzedTable[];
  seconds: number;
}

/**
 * What the tables need now and then: each part stands on its own and is committed on its own, so that one that is cut
 * short leaves the others done. Running it again does what is left.
 *
 * @throws ShopPipeError `maintain_blocked`, `not_migrated`, `interrupted`, and as `connect`.
 */
export async function maintain(context: MaintainContext, options: MaintainOptions): Promise<Maintained> {
  const { owner, timezone, progress, signal } = context;
  const started = performance.now();
  const work = (): Promise<Maintained> =>
    withClient(
      owner,
      (client) =>
        cancelOnAbort(owner, client, signal, async () => {
          // Whoever holds a table keeps it; maintenance comes again.
          await client.query("set lock_timeout = '5s'");
          const step = <T>(
            label: string,
            part: () => Promise<T>,
            summary: (done: T) => string,
          ): Promise<T> => {
            signal.throwIfAborted();
            return inStep(progress, label, part, summary);
          };
          const partitions = await step(
            'partitions ahead',
            () => makePartitions(client, timezone, options.months),
            ({ made, through }) => `${made} made, there are some through ${through}`,
          );
          const staging = await step(
            'orphaned staging tables',
            () => dropOrphans(client),
            ({ dropped, left }) => `${dropped.length} dropped, ${left.length} left`,
          );
          const rejects = await step(
            `rejects older than ${options.rejectDays} days`,
            () => pruneRejects(owner, {}, options.rejectDays * 86_400),
            ({ pruned }) => `${pruned.toLocaleString('en-US')} deleted`,
          );
          const batches = await step(
            `batches of the stream older than ${options.batchDays} days`,
            () => pruneBatches(client, options.batchDays, signal),
            ({ deleted }) => `${deleted.toLocaleString('en-US')} deleted`,
          );
          const analyzed = await step(
            'statistics of the tables',
            () => analyzeTables(client, signal),
            (tables) => `${tables.length} analyzed`,
          );
          const seconds = Math.round(performance.now() - started) / 1000;
          return { partitions, staging, rejects, batches, analyzed, seconds };
        }),
      { name: 'maintain' },
    );
  try {
    return await inBooks(owner, work);
  } catch (error) {
    if (signal.aborted)
      throw interruptedError('what was done stays; run shop-pipe maintain again for the rest');
    // lock_not_available: a seed or a migration is at work.
    if ((error as { code?: string }).code === '55P03') {
      throw environmentError('maintain_blocked', 'somebody holds a table that maintenance needs', {
        suggestion: 'run shop-pipe maintain again when the seed or migration at work has ended',
        cause: error,
      });
    }
    throw error;
  }
}
