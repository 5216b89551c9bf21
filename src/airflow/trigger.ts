import { dataError, type ShopPipeError, usageError } from '../errors.ts';
import type { RunAnswer } from './answers.ts';
import { businessDay } from './business-day.ts';
import type { AirflowClient } from './client.ts';
import { findDag, refusePaused } from './dags.ts';
import { refuseBeforeStart, refuseFuture } from './day-limits.ts';
import { needScheduler } from './health.ts';
import { type RunReport, reportOf } from './report.ts';
import {
  clearRun,
  createRun,
  type DayInterval,
  ensureRun,
  hasEnded,
  intervalOf,
  worksOnIntervals,
} from './runs.ts';
import { shellWord } from './shell-word.ts';
import { readTaskOrder } from './tasks.ts';
import { type RunView, statusCommand, watchRun } from './watch.ts';

export interface TriggerOptions {
  dag: string;
  /** The business day; null for a DAG that knows none. */
  date: string | null;
  zone: string;
  /** A day that was run already is run again: its run is cleared. */
  rerun: boolean;
  /** Waits until the run has ended; null returns at once. */
  wait: { view: RunView; timeoutSeconds: number | null } | null;
}

export interface Triggered extends RunReport {
  /** What was done: a new run, or a run of before made to begin anew. */
  action: 'created' | 'cleared';
  waited: boolean;
}

/**
 * Runs a DAG for a business day: the logical date is the day's first instant.
 *
 * @throws ShopPipeError `dag_unknown`, `dag_paused`, `no_date`, `day_not_begun`, `day_too_early`, `run_exists`, `run_in_progress`,
 * `scheduler_stopped`, and what `watchRun` throws.
 */
export async function trigger(client: AirflowClient, options: TriggerOptions): Promise<Triggered> {
  const { dag: name, date, zone, rerun, wait } = options;
  if (date !== null) refuseFuture('--date', date, zone);
  const dag = await findDag(client, name);
  if (date === null && worksOnIntervals(dag)) {
    throw usageError(
      'no_date',
      `DAG ${name} works on one business day at a time: say which`,
      `shop-pipe dag trigger ${shellWord(name)} --date ${businessDay(Date.now() - 86_400_000, zone)}`,
    );
  }
  const interval = date === null ? null : intervalOf(date, zone);
  if (interval !== null) await refuseBeforeStart(client, name, '--date', interval);
  refusePaused(dag);
  await needScheduler(client, wait !== null);
  const { run, action } =
    interval === null
      ? { run: await createRun(client, name), action: 'created' as const }
      : await runDay(client, name, interval, rerun);
  const report =
    wait === null
      ? await reportOf(client, run, await readTaskOrder(client, name), zone)
      : await watchRun(client, name, run.dag_run_id, { zone, ...wait });
  return { ...report, action, waited: wait !== null };
}

async function runDay(
  client: AirflowClient,
  dag: string,
  interval: DayInterval,
  rerun: boolean,
): Promise<{ run: RunAnswer; action: Triggered['action'] }> {
  const { run: found, made } = await ensureRun(client, dag, interval);
  if (made) return { run: found, action: 'created' };
  if (!hasEnded(found)) throw inProgress(found, interval);
  if (!rerun) throw exists(found, interval);
  refuseOtherInterval(found, interval);
  return { run: await clearRun(client, found), action: 'cleared' };
}

function inProgress({ dag_id: dag, dag_run_id: id, state }: RunAnswer, { day }: DayInterval): ShopPipeError {
  return dataError('run_in_progress', `day ${day} of ${dag} is being run already: ${id} is ${state}`, {
    suggestion: statusCommand(dag, id),
  });
}

function exists({ dag_id: dag, dag_run_id: id, state }: RunAnswer, { day }: DayInterval): ShopPipeError {
  const how = state === 'failed' ? 'and failed' : 'with success';
  return dataError('run_exists', `day ${day} of ${dag} was run already ${how} (${id})`, {
    suggestion: `shop-pipe dag trigger ${shellWord(dag)} --date ${day} --rerun`,
  });
}

/** A run that was made by hand in Airflow's pages may have the logical date of one day and the interval of another. */
export function refuseOtherInterval(run: RunAnswer, { day, start }: DayInterval): void {
  const { data_interval_start: other, dag_id: dag, dag_run_id: id } = run;
  if (other === null || Date.parse(other) === Date.parse(start)) return;
  throw dataError(
    'run_of_other_day',
    `run ${id} of ${dag} has the logical date of ${day}, but begins at ${other}: it is of another day`,
    { suggestion: 'delete that run in the pages of Airflow, then try again' },
  );
}
