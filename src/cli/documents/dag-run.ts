import { z } from 'zod';
import { businessDay } from './values.ts';

/** What the documents of `dag` have in common: a run of a DAG and its tasks. */

const instant = (what: string): z.ZodNullable<z.ZodISODateTime> =>
  z.iso.datetime({ offset: true }).nullable().describe(what);
const seconds = (what: string): z.ZodNullable<z.ZodNumber> =>
  z.number().nonnegative().nullable().describe(`${what}; seconds`);

export const dagName = z.string().describe('name of a DAG');

export const mapIndex = z
  .int()
  .nonnegative()
  .nullable()
  .describe('which instance of a task that was expanded; null for any other');

export const runFields = {
  dag: dagName,
  run_id: z.string().describe('its name among the runs of its DAG'),
  date: businessDay.nullable().describe('the business day that it is of; null for a run of no day'),
  state: z.string().describe('as Airflow names it: queued, running, success, failed'),
  type: z.string().describe('what made it: manual, scheduled, backfill, asset_triggered'),
  queued_at: instant('when it was asked for, or cleared'),
  started_at: instant('when it began; null for one that has not'),
  ended_at: instant('when it ended; null for one that has not'),
  seconds: seconds('from its start to its end or to now'),
};

export const runSummary = z.strictObject(runFields);

export const taskState = z.strictObject({
  task: z.string().describe('name of the task'),
  map_index: mapIndex,
  state: z
    .string()
    .nullable()
    .describe('as Airflow names it, such as running, up_for_retry, upstream_failed; null: not its turn yet'),
  try: z.int().nonnegative().describe('which try it is at, from 1; 0 before the first'),
  tries: z.int().positive().describe('how many there are at most'),
  started_at: instant('when the latest try began'),
  seconds: seconds('how long the latest try took; null before it has ended'),
});

export const failure = z.strictObject({
  task: z.string().describe('the first task that failed for good'),
  map_index: mapIndex,
  try: z.int().nonnegative().describe('its last try'),
  log: z.array(z.string()).describe('the last lines that it wrote'),
});

export const runReport = z.strictObject({
  run: runSummary,
  tasks: z.array(taskState).describe('in the order in which they run'),
  skipped: z
    .strictObject({ reason: z.string().nullable().describe('as far as the task says, for people') })
    .nullable()
    .describe('set where the run succeeded since there was nothing to do'),
  failure: failure.nullable().describe('set where the run failed because of a task'),
});
