import { describe, expect, it } from 'vitest';
import { PlainView } from '../../src/airflow/plain-view.ts';
import type { RunReport } from '../../src/airflow/report.ts';
import { type TaskState, topological } from '../../src/airflow/tasks.ts';
import { reportText, treeText } from '../../src/commands/dag-run-text.ts';
import type { Progress } from '../../src/progress.ts';

const task = (name: string, state: string | null, fields: Partial<TaskState> = {}): TaskState => ({
  task: name,
  map_index: null,
  state,
  try: state === null ? 0 : 1,
  tries: 4,
  started_at: null,
  seconds: null,
  ...fields,
});

const report = (state: string, tasks: TaskState[], fields: Partial<RunReport> = {}): RunReport => ({
  run: {
    dag: 'shop_daily_etl',
    run_id: 'manual__2018-05-01',
    date: '2018-05-01',
    state,
    type: 'manual',
    queued_at: null,
    started_at: null,
    ended_at: null,
    seconds: 12.3,
  },
  tasks,
  skipped: null,
  failure: null,
  ...fields,
});

const plain = { colour: false, unicode: true };

describe('the tree', () => {
  const tasks = [
    task('source_check', 'success', { seconds: 0.21 }),
    task('spark', 'up_for_retry', { try: 2, seconds: 3 }),
    task('load', 'running', { map_index: 3 }),
    task('checks', null),
    task('published', 'a_state_of_tomorrow', { try: 0 }),
  ];

  it('shows each task with its tries', () => {
    expect(
      treeText(report('running', tasks), plain),
    ).toBe(`shop_daily_etl 2018-05-01 (manual__2018-05-01): running 12.3 s
├─ ✓ source_check  success, 0.2 s
├─ ↻ spark         up_for_retry, try 2 of 4, 3.0 s
├─ ▸ load[3]       running, try 1 of 4
├─ · checks        waiting
└─ · published     a_state_of_tomorrow`);
  });

  it('is of ASCII and without colour where it has to be', () => {
    const text = treeText(report('running', tasks), { colour: false, unicode: false });
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(treeText(report('running', tasks), { colour: true, unicode: true })).toContain('\u001b[32m');
  });

  it('ends with the log of what failed, or why nothing was done', () => {
    const failure = { task: 'spark', map_index: null, try: 4, log: ['one', 'two'] };
    expect(reportText(report('failed', [], { failure }), plain)).toMatch(
      /\nspark of manual__2018-05-01 failed at try 4; its log ends:\n {2}one\n {2}two$/,
    );
    const skipped = { reason: '2012-05-01 has no rows' };
    expect(reportText(report('success', [], { skipped }), plain)).toMatch(
      /\nnothing to do: 2012-05-01 has no rows$/,
    );
  });
});

it('without a terminal a line tells of each change', () => {
  const lines: string[] = [];
  const progress: Progress = {
    step: (label) => ({
      advance: (_, note) => lines.push(`${label}: ${note}`),
      end: (summary) => lines.push(`ok ${label}: ${summary}`),
      fail: (summary) => lines.push(`bad ${label}: ${summary}`),
    }),
    note: (message) => lines.push(message),
    warn: (message) => lines.push(message),
  };
  const view = new PlainView(progress);
  view.show(report('running', [task('spark', 'queued'), task('checks', null)]));
  view.show(report('running', [task('spark', 'running'), task('checks', null)]));
  view.show(report('running', [task('spark', 'running'), task('checks', null)]));
  view.show(
    report('failed', [task('spark', 'failed', { try: 4, seconds: 2 }), task('checks', 'upstream_failed')]),
  );
  view.end();
  expect(lines.filter((line) => !line.startsWith('shop_daily_etl'))).toEqual([
    'spark running, try 1 of 4',
    'spark failed, try 4 of 4, 2.0 s',
    'checks upstream_failed, try 1 of 4',
    'bad shop_daily_etl 2018-05-01: failed',
  ]);
});

it('tasks stand after all that they wait for', () => {
  const order = topological(
    new Map([
      ['checks', ['published']],
      ['published', []],
      ['source_check', ['spark']],
      ['spark', ['checks', 'published']],
    ]),
  );
  expect([...order.keys()]).toEqual(['source_check', 'spark', 'checks', 'published']);
});
