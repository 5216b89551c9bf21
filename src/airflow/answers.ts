import { z } from 'zod';

/**
 * What is read of Airflow's REST API v2 (3.0 and newer): only these fields, and states as plain strings, so that a newer
 * server with more of either is understood.
 */

const instant = z.string().nullable().default(null);

export const tokenAnswer = z.object({ access_token: z.string().min(1) });

const job = z.object({ status: z.string().nullable() });
export const healthAnswer = z.object({
  metadatabase: job,
  scheduler: job.extend({ latest_scheduler_heartbeat: instant }),
  dag_processor: job.extend({ latest_dag_processor_heartbeat: instant }).optional(),
});

export const versionAnswer = z.object({ version: z.string() });

export const dagAnswer = z.object({
  dag_id: z.string(),
  is_paused: z.boolean(),
  has_import_errors: z.boolean().default(false),
  timetable_summary: z.string().nullable().default(null),
  timetable_description: z.string().nullable().default(null),
  next_dagrun_data_interval_start: instant,
  next_dagrun_data_interval_end: instant,
  next_dagrun_run_after: instant,
});
/** Of the details of a DAG. */
export const detailsAnswer = z.object({ start_date: instant });

export const dagsAnswer = z.object({ dags: z.array(dagAnswer), total_entries: z.number() });

export const importErrorsAnswer = z.object({
  import_errors: z.array(z.object({ filename: z.string(), stack_trace: z.string() })),
});

export const runAnswer = z.object({
  dag_run_id: z.string(),
  dag_id: z.string(),
  logical_date: instant,
  data_interval_start: instant,
  queued_at: instant,
  start_date: instant,
  end_date: instant,
  run_type: z.string(),
  state: z.string(),
});
export const runsAnswer = z.object({ dag_runs: z.array(runAnswer) });

export const taskAnswer = z.object({
  task_id: z.string(),
  map_index: z.number().default(-1),
  state: z.string().nullable(),
  try_number: z.number(),
  max_tries: z.number(),
  start_date: instant,
  end_date: instant,
  duration: z.number().nullable(),
});
export const tasksAnswer = z.object({
  task_instances: z.array(taskAnswer),
  // Null where the server pages by cursor.
  total_entries: z.number().nullable().default(null),
});

export const structureAnswer = z.object({
  tasks: z.array(z.object({ task_id: z.string(), downstream_task_ids: z.array(z.string()).default([]) })),
});

const exception = z.object({ exc_type: z.string(), exc_value: z.string() });
export const logAnswer = z.object({
  content: z.array(
    z.union([
      z.string(),
      z.object({
        timestamp: instant,
        event: z.string(),
        level: z.string().nullable().default(null),
        logger: z.string().nullable().default(null),
        // Why a task was skipped.
        reason: z.string().nullable().catch(null).default(null),
        error_detail: z.array(exception).nullable().catch(null).default(null),
      }),
    ]),
  ),
  continuation_token: z.string().nullable().default(null),
});

export type DagAnswer = z.output<typeof dagAnswer>;
export type RunAnswer = z.output<typeof runAnswer>;
export type TaskAnswer = z.output<typeof taskAnswer>;
export type LogAnswer = z.output<typeof logAnswer>;
