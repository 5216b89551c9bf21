import { ShopPipeError, usageError } from '../errors.ts';
import { inStep, type Step } from '../progress.ts';
import type { RunAnswer } from './answers.ts';
import { type Asked, awaitDays, cutShort } from './backfill-wait.ts';
import { addDays } from './business-day.ts';
import type { AirflowClient } from './client.ts';
import { findDag, refusePaused } from './dags.ts';
import { refuseBeforeStart, refuseFuture } from './day-limits.ts';
import { needScheduler } from './health.ts';
import { type RunFailure, type RunSummary, reportOf, summaryOf } from './report.ts';
import { clearRun, ensureRun, hasEnded, intervalOf } from './runs.ts';
import { readTaskOrder } from './tasks.ts';
import { refuseOtherInterval } from './trigger.ts';

export interface BackfillOptions {
  dag: string;
  /** Both included. */
  from: string;
  to: string;
  zone: string;
  /** Days whose run succeeded are run again, too. */
  rerun: boolean;
  wait: boolean;
  timeoutSeconds: number | null;
}

export interface BackfillDay extends RunSummary {
  /**
   * `created` a new run, `cleared` one of before so that it begins anew, `kept` one that succeeded as it is, `joined` one
   * that was under way.
   */
  action: 'created' | 'cleared' | 'kept' | 'joined';
}

/** No task where the run failed without one having begun. */
export type BackfillFailure = { run_id: string; map_index: number | null; log: string[] } & {
  [field in 'task' | 'try']: RunFailure[field] | null;
};

export interface Backfilled {
  dag: string;
  /** In their order. */
  days: BackfillDay[];
  waited: boolean;
  /** Of the first day that failed. */
  failure: BackfillFailure | null;
}

/** For more days than that a run of the batch over all of them is what is wanted. */
const mostDays = 1_000;

/**
 * Runs a range of business days in their order: asks for all of them at once, and Airflow begins them by `run_after`,
 * one after the other where the DAG allows one active run. It goes on without whoever asked.
 *
 * @throws ShopPipeError as `trigger`, without `run_exists` and `run_in_progress`.
 */
export async function backfill(client: AirflowClient, options: BackfillOptions): Promise<Backfilled> {
  const { dag: name, zone, wait } = options;
  const days = daysOf(options);
  const dag = await findDag(client, name);
  await refuseBeforeStart(client, name, '--from', intervalOf(options.from, zone));
  refusePaused(dag);
  await needScheduler(client, wait);
  const asked = await inStep(
    client.progress,
    `asking for ${days.length} days of ${name}`,
    (step) => askFor(client, options, days, step),
    (done) => actionsText(done),
  );
  const ended = wait ? await awaitDays(client, asked, options) : asked;
  const failed = wait ? ended.find(({ run }) => run.state === 'failed') : undefined;
  const failure = failed === undefined ? null : await failureOf(client, failed.run, zone);
  return {
    dag: name,
    days: ended.map(({ run, action }) => ({ ...summaryOf(run, zone), action })),
    waited: wait,
    failure,
  };
}

function daysOf({ dag, from, to, zone }: BackfillOptions): string[] {
  if (from > to) throw usageError('bad_range', `--from ${from} is after --to ${to}`);
  refuseFuture('--to', to, zone);
  const days: string[] = [];
  for (let day = from; day <= to && days.length <= mostDays; day = addDays(day, 1)) days.push(day);
  if (days.length > mostDays) {
    throw usageError(
      'too_many_days',
      `${from} to ${to} is more than ${mostDays.toLocaleString('en-US')} days, each of them a run of ${dag}`,
      `shop-pipe etl run --from ${from} --to ${to} (one Spark job for all of them)`,
    );
  }
  return days;
}

async function askFor(
  client: AirflowClient,
  options: BackfillOptions,
  days: readonly string[],
  step: Step,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  try {
    for (const day of days) {
      asked.push(await askForDay(client, options, day));
      step.advance(asked.length, `${day}: ${asked.at(-1)?.action}`);
    }
  } catch (error) {
    // What was asked for is run all the same.
    if (asked.length > 0) client.progress.warn(`${asked.length} days were asked for before it broke off`);
    if (error instanceof ShopPipeError && error.kind === 'interrupted') throw cutShort(options, asked.length);
    throw error;
  }
  return asked;
}

async function askForDay(
  client: AirflowClient,
  { dag, zone, rerun }: BackfillOptions,
  day: string,
): Promise<Asked> {
  const interval = intervalOf(day, zone);
  const { run: found, made } = await ensureRun(client, dag, interval);
  if (made) return { run: found, action: 'created' };
  if (!hasEnded(found)) return { run: found, action: 'joined' };
  if (found.state === 'success' && !rerun) return { run: found, action: 'kept' };
  refuseOtherInterval(found, interval);
  return { run: await clearRun(client, found), action: 'cleared' };
}

async function failureOf(
  client: AirflowClient,
  run: RunAnswer,
  zone: string,
): Promise<Backfilled['failure']> {
  const order = await readTaskOrder(client, run.dag_id);
  const { failure } = await reportOf(client, run, order, zone);
  return { run_id: run.dag_run_id, ...(failure ?? { task: null, map_index: null, try: null, log: [] }) };
}

/** Such as `3 created, 2 kept`. */
export function actionsText(days: readonly { action: BackfillDay['action'] }[]): string {
  const words = {
    created: 'created',
    cleared: 'cleared to run again',
    kept: 'kept as they are',
    joined: 'under way',
  };
  return (Object.keys(words) as (keyof typeof words)[])
    .map((action) => ({ action, n: days.filter((day) => day.action === action).length }))
    .filter(({ n }) => n > 0)
    .map(({ action, n }) => `${n} ${words[action]}`)
    .join(', ');
}
