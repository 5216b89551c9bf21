import type { RunAnswer } from './answers.ts';
import { businessDay, dayStart } from './business-day.ts';
import type { AirflowClient } from './client.ts';
import { hasEnded } from './runs.ts';
import { lastLines, readTaskLog } from './task-log.ts';
import { readTasks, type TaskOrder, type TaskState } from './tasks.ts';

/** A run of a DAG as it is now; instants in ISO 8601. */
export interface RunSummary {
  dag: string;
  run_id: string;
  /** The business day that it is of; null for a run of no day. */
  date: string | null;
  /** As Airflow names it: queued, running, success, failed. */
  state: string;
  /** What made it: manual, scheduled, … */
  type: string;
  queued_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  /** From its start to its end, or to now. */
  seconds: number | null;
}

export interface RunReport {
  run: RunSummary;
  /** In their order. */
  tasks: TaskState[];
  /** It succeeded, and no task had anything to do; why, as far as the task says. */
  skipped: { reason: string | null } | null;
  failure: RunFailure | null;
}

/** The first task that failed for good, with the end of its log. */
export interface RunFailure {
  task: string;
  map_index: number | null;
  try: number;
  log: string[];
}

export function summaryOf(run: RunAnswer, zone: string): RunSummary {
  const { logical_date: logical, start_date: start, end_date: end } = run;
  const day = logical === null ? null : businessDay(Date.parse(logical), zone);
  const until = end === null ? Date.now() : Date.parse(end);
  return {
    dag: run.dag_id,
    run_id: run.dag_run_id,
    date: day !== null && Date.parse(logical ?? '') === dayStart(day, zone) ? day : null,
    state: run.state,
    type: run.run_type,
    queued_at: run.queued_at,
    started_at: start,
    ended_at: end,
    seconds: start === null ? null : Math.max(0, Math.round(until - Date.parse(start))) / 1000,
  };
}

/** How many of the last lines of a failed task are shown. */
const tailLines = 20;

export async function reportOf(
  client: AirflowClient,
  run: RunAnswer,
  order: TaskOrder,
  zone: string,
): Promise<RunReport> {
  const tasks = await readTasks(client, run.dag_id, run.dag_run_id, order);
  const report = { run: summaryOf(run, zone), tasks, skipped: null, failure: null };
  if (!hasEnded(run)) return report;
  if (run.state === 'failed') return { ...report, failure: await failureOf(client, run, tasks) };
  const idle = tasks.length > 0 && tasks.every(({ state }) => state === 'skipped');
  return idle ? { ...report, skipped: { reason: await skipReason(client, run, tasks) } } : report;
}

const idsOf = (run: RunAnswer): { dag: string; run: string } => ({ dag: run.dag_id, run: run.dag_run_id });

async function failureOf(
  client: AirflowClient,
  run: RunAnswer,
  tasks: readonly TaskState[],
): Promise<RunFailure | null> {
  const failed = tasks.find(({ state }) => state === 'failed');
  if (failed === undefined) return null;
  const { task, map_index, try: attempt } = failed;
  const log = await readTaskLog(client, idsOf(run), failed, Math.max(1, attempt)).catch(() => null);
  return { task, map_index, try: attempt, log: log === null ? [] : lastLines(log, tailLines) };
}

async function skipReason(
  client: AirflowClient,
  run: RunAnswer,
  tasks: readonly TaskState[],
): Promise<string | null> {
  // The one that skipped itself was tried; those after it never were.
  const first = tasks.find(({ try: attempt }) => attempt > 0);
  if (first === undefined) return null;
  const log = await readTaskLog(client, idsOf(run), first, first.try).catch(() => null);
  const line = log?.lines.findLast(({ text }) => text.startsWith('Skipping task'))?.text;
  return line?.replace(/^Skipping task[.:]?\s*/, '') || null;
}
