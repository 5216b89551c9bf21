import { dataError, environmentError, type ShopPipeError } from '../errors.ts';
import { type DagAnswer, type RunAnswer, runAnswer, runsAnswer } from './answers.ts';
import { addDays, dayStart } from './business-day.ts';
import type { AirflowClient } from './client.ts';
import { isMissing } from './client-error.ts';
import { shown } from './dags.ts';

/** Runs of a DAG, those first in which something happened last; of all DAGs where none is named. */
export async function recentRuns(
  client: AirflowClient,
  dag: string | null,
  limit: number,
): Promise<RunAnswer[]> {
  const query = { order_by: '-updated_at', limit };
  return (await client.get(['dags', dag ?? '~', 'dagRuns'], runsAnswer, { query })).dag_runs;
}

/** @throws ShopPipeError `run_unknown` */
export async function findRun(client: AirflowClient, dag: string, id: string): Promise<RunAnswer> {
  try {
    return await client.get(['dags', dag, 'dagRuns', id], runAnswer);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw dataError('run_unknown', `DAG ${dag} has no run ${shown(id)}`, {
      suggestion: `shop-pipe dag status ${dag}`,
    });
  }
}

/** The run of a business day, whoever made it; a DAG has one at most per logical date. */
async function runOfDay(
  client: AirflowClient,
  dag: string,
  { start }: DayInterval,
): Promise<RunAnswer | null> {
  const query = { logical_date_gte: start, logical_date_lte: start };
  const { dag_runs: runs } = await client.get(['dags', dag, 'dagRuns'], runsAnswer, { query });
  return runs[0] ?? null;
}

/** A business day as Airflow has to know it, in ISO 8601. */
export interface DayInterval {
  day: string;
  /** The first instant of the day: the logical date of its run. */
  start: string;
  /** That of the day after. */
  end: string;
}

export function intervalOf(day: string, zone: string): DayInterval {
  const iso = (date: string): string => new Date(dayStart(date, zone)).toISOString();
  return { day, start: iso(day), end: iso(addDays(day, 1)) };
}

/** Whether the runs of a DAG are of spans of time, so that one of them cannot be asked for without saying which. */
export const worksOnIntervals = (dag: DagAnswer): boolean =>
  dag.next_dagrun_data_interval_start !== null &&
  dag.next_dagrun_data_interval_start !== dag.next_dagrun_data_interval_end;

/** Makes a run without a logical date, as DAGs have it that are no function of time. */
export const createRun = (client: AirflowClient, dag: string): Promise<RunAnswer> =>
  client.send('POST', ['dags', dag, 'dagRuns'], runAnswer, { body: { logical_date: null } });

/**
 * Makes the run of a day. Its interval is said, since Airflow would take the one before the logical date; queued runs
 * begin in the order of `run_after`, so that days are run in their order whichever was asked for first.
 *
 * @returns null where the day has a run already.
 */
async function createRunOfDay(
  client: AirflowClient,
  dag: string,
  interval: DayInterval,
): Promise<RunAnswer | null> {
  const { day, start, end } = interval;
  const now = new Date().toISOString();
  const body = {
    logical_date: start,
    data_interval_start: start,
    data_interval_end: end,
    run_after: end < now ? end : now,
  };
  const post = (id: string): Promise<RunAnswer> =>
    client.send('POST', ['dags', dag, 'dagRuns'], runAnswer, { body: { ...body, dag_run_id: id } });
  const ids = [`manual__${day}`, `manual__${day}__${start.replace(/[-:.]/g, '')}`];
  for (const id of ids) {
    try {
      return await post(id);
    } catch (error) {
      const { code, status } = error as ShopPipeError & { status?: number };
      const lost = code === 'airflow_unreachable' || code === 'airflow_starting';
      if (status !== 409 && !lost) throw error;
      const found = await runOfDay(client, dag, interval);
      // It was made, and only the answer got lost.
      if (lost && found?.dag_run_id === id) return found;
      if (lost) throw error;
      if (found !== null) return null;
      // The name is taken by the same day in another time zone: try the next.
    }
  }
  return null;
}

/** The run of a day: a new one, or the one that there is. */
export async function ensureRun(
  client: AirflowClient,
  dag: string,
  interval: DayInterval,
): Promise<{ run: RunAnswer; made: boolean }> {
  const before = await runOfDay(client, dag, interval);
  if (before !== null) return { run: before, made: false };
  const created = await createRunOfDay(client, dag, interval);
  if (created !== null) return { run: created, made: true };
  // Somebody was quicker.
  const theirs = await runOfDay(client, dag, interval);
  if (theirs !== null) return { run: theirs, made: false };
  throw environmentError('run_refused', `Airflow takes no run of ${interval.day} and has none`, {
    suggestion: 'shop-pipe logs airflow-api-server',
  });
}

/** Lets a run begin anew, every task of it. */
export const clearRun = (
  client: AirflowClient,
  { dag_id: dag, dag_run_id: id }: RunAnswer,
): Promise<RunAnswer> =>
  client.send('POST', ['dags', dag, 'dagRuns', id, 'clear'], runAnswer, {
    body: { dry_run: false, only_failed: false },
  });

export const hasEnded = ({ state }: Pick<RunAnswer, 'state'>): boolean =>
  state === 'success' || state === 'failed';
