import { expect, it } from 'vitest';
import { logAnswer } from '../../src/airflow/answers.ts';
import { lastLines, linesOf } from '../../src/airflow/task-log.ts';

/** As Airflow 3.3.2 answers, shortened. */
const failed = {
  content: [
    { event: '::group::Log message source details' },
    { event: '/home/logs/dag_id=shop_daily_etl/run_id=manual__2018-07-01/task_id=spark/attempt=1.log' },
    { event: '::endgroup::' },
    { timestamp: '2026-11-24T02:35:50.263325Z', event: '::group::Pre Execute', level: 'info' },
    { timestamp: '2026-11-24T02:35:50.289537Z', event: 'DAG bundles loaded: dags-folder', level: 'info' },
    { timestamp: '2026-11-24T02:35:50.597156Z', event: '::endgroup::', level: 'info' },
    { timestamp: '2026-11-24T02:35:50.598000Z', event: 'ETL: starting Spark', level: 'info', logger: 'task' },
    {
      timestamp: '2026-11-24T02:35:50.599006Z',
      event: 'Task failed with exception',
      level: 'error',
      error_detail: [
        { exc_type: 'RuntimeError', exc_value: 'broken on purpose', frames: [{ name: 'spark' }] },
      ],
    },
    'a line without structure',
  ],
  continuation_token: null,
};

it('shows what a task wrote, with what its exception said', () => {
  const lines = linesOf(logAnswer.parse(failed));
  expect(lines.map(({ text }) => text)).toEqual([
    'DAG bundles loaded: dags-folder',
    'ETL: starting Spark',
    'Task failed with exception: RuntimeError: broken on purpose',
    'a line without structure',
  ]);
  expect(lines[2]).toMatchObject({ at: '2026-11-24T02:35:50.599006Z', level: 'error' });
  expect(lines[3]).toMatchObject({ at: null, level: null });
  const log = { task: 'spark', map_index: null, try: 1, state: 'failed', lines };
  expect(lastLines(log, 2)).toEqual([lines[2]?.text, lines[3]?.text]);
  expect(lastLines(log, 9)).toHaveLength(3);
});

it('says why a task was skipped', () => {
  const content = [{ event: 'Skipping task.', reason: '2012-07-01 has no rows', level: 'info' }];
  expect(linesOf(logAnswer.parse({ content, continuation_token: null }))[0]?.text).toBe(
    'Skipping task: 2012-07-01 has no rows',
  );
});

it('takes lines of a shape that nobody knows yet', () => {
  const content = [{ event: 'odd', reason: { why: 1 }, error_detail: 'none', level: null, more: [] }];
  expect(linesOf(logAnswer.parse({ content }))[0]?.text).toBe('odd');
});
