import { z } from 'zod';
import { dagName, failure, mapIndex, runFields, runReport, runSummary, taskState } from './dag-run.ts';
import { documentMeta } from './values.ts';

const beat = z.strictObject({
  healthy: z.boolean().describe('by its heartbeat, which is believed for half a minute'),
  heartbeat_at: z.iso.datetime({ offset: true }).nullable().describe('the last one; null: it never ran'),
});

const exampleRun = {
  dag: 'shop_daily_etl',
  run_id: 'manual__2018-05-01',
  date: '2018-05-01',
  state: 'success',
  type: 'manual',
  queued_at: '2018-09-01T02:00:00.041714Z',
  started_at: '2018-09-01T02:00:00.065495Z',
  ended_at: '2018-09-01T02:00:12.074782Z',
  seconds: 12.009,
};
const exampleTask = {
  task: 'spark',
  map_index: null,
  state: 'success',
  try: 1,
  tries: 4,
  started_at: '2018-09-01T02:00:01.227843Z',
  seconds: 9.15,
};

export const dagListDocument = z
  .strictObject({
    dags: z
      .array(
        z.strictObject({
          dag: dagName,
          paused: z.boolean().describe('whether it starts no runs'),
          schedule: z.string().nullable().describe('as its file has it; null: it only runs when asked'),
          last_run: runSummary.nullable().describe('the run in which something happened last'),
          next_run_at: z.iso.datetime({ offset: true }).nullable().describe('when the next one is due'),
        }),
      )
      .describe('by name'),
    import_errors: z
      .array(
        z.strictObject({
          file: z.string().describe('a DAG file that Airflow cannot read'),
          error: z.string().describe('why, for people'),
        }),
      )
      .describe('none where all is well'),
  })
  .meta(
    documentMeta('dag list', 'Every DAG that Airflow has read.', {
      dags: [
        {
          dag: 'shop_daily_etl',
          paused: false,
          schedule: '0 0 * * *',
          last_run: exampleRun,
          next_run_at: '2018-09-02T03:00:00Z',
        },
      ],
      import_errors: [],
    }),
  );

export const dagTriggerDocument = runReport
  .extend({
    action: z
      .enum(['created', 'cleared'])
      .describe('a new run, or (--rerun) the one of the day made to begin anew'),
    waited: z.boolean().describe('whether it has ended (--wait)'),
  })
  .meta(
    documentMeta(
      'dag trigger',
      'The run that was asked for; with --wait as it ended. Exit code 1 when it failed, 0 also when it was skipped.',
      {
        run: exampleRun,
        tasks: [exampleTask],
        skipped: null,
        failure: null,
        action: 'created',
        waited: true,
      },
    ),
  );

export const dagStatusDocument = z
  .strictObject({
    airflow: z
      .strictObject({
        url: z.string().describe('where it is'),
        version: z.string().describe('of the server'),
        scheduler: beat.describe('what starts runs and tasks'),
        dag_processor: beat.describe('what reads the DAG files'),
      })
      .describe('whether it is at work'),
    dag: dagName.nullable().describe('the one that was named; null: all of them'),
    paused: z.boolean().nullable().describe('whether that one is; null where none was named'),
    runs: z.array(runSummary).describe('first that in which something happened last'),
    latest: runReport
      .nullable()
      .describe('the run that was named, else the first of `runs` if a DAG was named'),
  })
  .meta(
    documentMeta('dag status', 'Airflow, the newest runs, and of one DAG the tasks of a run.', {
      airflow: {
        url: 'http://127.0.0.1:8080',
        version: '3.3.2',
        scheduler: { healthy: true, heartbeat_at: '2018-09-01T02:10:00.856790+00:00' },
        dag_processor: { healthy: true, heartbeat_at: '2018-09-01T02:10:01.415212+00:00' },
      },
      dag: 'shop_daily_etl',
      paused: false,
      runs: [exampleRun],
      latest: { run: exampleRun, tasks: [exampleTask], skipped: null, failure: null },
    }),
  );

export const dagBackfillDocument = z
  .strictObject({
    dag: dagName,
    days: z
      .array(
        z.strictObject({
          ...runFields,
          action: z
            .enum(['created', 'cleared', 'kept', 'joined'])
            .describe(
              'created: a new run; cleared: one of before begins anew; kept: it succeeded before; joined: it was under way',
            ),
        }),
      )
      .describe('the run of each day, in their order'),
    waited: z.boolean().describe('whether all of them have ended (--wait)'),
    failure: z
      .strictObject({
        run_id: z.string().describe('the first run that failed'),
        task: z.string().nullable().describe('its first task that failed for good; null: none did'),
        map_index: mapIndex,
        try: z.int().nonnegative().nullable().describe('the last try of that task'),
        log: failure.shape.log,
      })
      .nullable()
      .describe('with --wait, of the first day that failed'),
  })
  .meta(
    documentMeta(
      'dag backfill',
      'The runs of a range of days. Exit code 1 when one that was waited for failed.',
      {
        dag: 'shop_daily_etl',
        days: [{ ...exampleRun, action: 'created' }],
        waited: true,
        failure: null,
      },
    ),
  );

export const dagLogsDocument = z
  .strictObject({
    dag: dagName,
    run_id: z.string().describe('the run that was named, or that in which something happened last'),
    logs: z
      .array(
        z.strictObject({
          task: taskState.shape.task,
          map_index: mapIndex,
          try: z.int().positive().describe('which try wrote it'),
          state: taskState.shape.state,
          lines: z.array(
            z.strictObject({
              at: z.iso.datetime({ offset: true }).nullable().describe('null where the line has no time'),
              level: z.string().nullable().describe('such as info or error'),
              text: z.string().describe('the line, with what an exception said'),
            }),
          ),
        }),
      )
      .describe('of each task that was tried, in their order'),
  })
  .meta(
    documentMeta('dag logs', 'What the tasks of a run wrote.', {
      dag: 'shop_daily_etl',
      run_id: 'manual__2018-05-01',
      logs: [
        {
          task: 'spark',
          map_index: null,
          try: 1,
          state: 'success',
          lines: [{ at: '2018-09-01T02:00:01.240751Z', level: 'info', text: 'ETL: starting Spark' }],
        },
      ],
    }),
  );

export const dagPauseDocument = z
  .strictObject({
    dag: dagName,
    paused: z.boolean().describe('as it is now'),
    changed: z.boolean().describe('whether it was otherwise before'),
  })
  .meta(
    documentMeta('dag pause', 'Whether a DAG starts runs.', {
      dag: 'shop_daily_etl',
      paused: true,
      changed: true,
    }),
  );

export const dagUnpauseDocument = dagPauseDocument.meta(
  documentMeta('dag unpause', 'Whether a DAG starts runs.', {
    dag: 'shop_daily_etl',
    paused: false,
    changed: true,
  }),
);
