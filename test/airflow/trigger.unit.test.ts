import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/airflow/backfill.ts';
import { AirflowClient } from '../../src/airflow/client.ts';
import { readHealth } from '../../src/airflow/health.ts';
import { type TriggerOptions, trigger } from '../../src/airflow/trigger.ts';
import { dag, health, Replay, run } from './replay.ts';

const runs = '/api/v2/dags/shop_daily_etl/dagRuns';
const zone = 'America/Sao_Paulo';
const view = { show: () => undefined, end: () => undefined };
const wait = { view, timeoutSeconds: null };

let replay: Replay;
beforeEach(() => {
  replay = new Replay()
    .on('GET /api/v2/dags', [200, { dags: [dag()], total_entries: 1 }])
    .on('GET /api/v2/dags/shop_daily_etl', [200, dag()])
    .on('GET /api/v2/dags/shop_daily_etl/details', [200, { start_date: '2000-01-01T00:00:00Z' }])
    .on('GET /api/v2/dags/shop_daily_etl/tasks', [200, { tasks: [] }])
    .on(`GET ${runs}`, [200, { dag_runs: [] }])
    .on(`GET ${runs}/manual__2018-05-01/taskInstances`, [200, { task_instances: [] }])
    .on(`POST ${runs}`, ({ body }) => [200, run(body as object)]);
});
afterEach(() => replay.close());

const triggered = async (options: Partial<TriggerOptions> = {}) =>
  trigger(await replay.client(), {
    dag: 'shop_daily_etl',
    date: '2018-05-01',
    zone,
    rerun: false,
    wait: null,
    ...options,
  });

const sent = (): unknown => replay.asked.find(({ method, path }) => method === 'POST' && path === runs)?.body;

describe('dag trigger', () => {
  it('asks for the day by its first instant, with its interval', async () => {
    const result = await triggered();
    expect(sent()).toEqual({
      dag_run_id: 'manual__2018-05-01',
      logical_date: '2018-05-01T03:00:00.000Z',
      data_interval_start: '2018-05-01T03:00:00.000Z',
      data_interval_end: '2018-05-02T03:00:00.000Z',
      run_after: '2018-05-02T03:00:00.000Z',
    });
    expect(result).toMatchObject({
      action: 'created',
      waited: false,
      run: { date: '2018-05-01', state: 'queued' },
    });
  });

  it('of a DAG without days asks for a run of no date', async () => {
    const instant = '2026-11-29T00:00:00Z';
    const weekly = dag({ next_dagrun_data_interval_start: instant, next_dagrun_data_interval_end: instant });
    replay.on('GET /api/v2/dags/shop_daily_etl', [200, weekly]);
    replay.on(`POST ${runs}`, [200, run({ logical_date: null })]);
    expect((await triggered({ date: null })).run.date).toBe(null);
    expect(sent()).toEqual({ logical_date: null });
  });

  it.each([
    ['shop_daily_elt', 'dag_unknown', /^Airflow has no DAG shop_daily_elt; did you mean shop_daily_etl\?$/],
    ['$(reboot)', 'dag_unknown', /^Airflow has no DAG "\$\(reboot\)"$/],
    ['../../etc', 'dag_unknown', /^Airflow has no DAG "..\/..\/etc"$/],
    ['..', 'dag_unknown', /^Airflow has no DAG \.\.$/],
  ])('%s is unknown', async (name, code, message) => {
    await expect(triggered({ dag: name })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(sent()).toBeUndefined();
  });

  it('says that there are no DAGs yet', async () => {
    replay.on('GET /api/v2/dags', [200, { dags: [], total_entries: 0 }]);
    await expect(triggered({ dag: 'mine' })).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/has no DAG yet, nor mine$/),
    });
  });

  it.each([
    [dag({ is_paused: true }), 'dag_paused', 'shop-pipe dag unpause shop_daily_etl'],
    [dag({ has_import_errors: true }), 'dag_broken', 'shop-pipe logs airflow-dag-processor'],
  ])('%#: a DAG that would not run is refused', async (answer, code, suggestion) => {
    const trace = 'Traceback:\n  File "x.py"\nNameError: name \'DGA\' is not defined\n';
    replay.on('GET /api/v2/dags/shop_daily_etl', [200, answer]);
    replay.on('GET /api/v2/importErrors', [
      200,
      { import_errors: [{ filename: 'x.py', stack_trace: trace }] },
    ]);
    await expect(triggered()).rejects.toMatchObject({ code, suggestion });
    expect(sent()).toBeUndefined();
  });

  it('needs a day, and one that has begun', async () => {
    await expect(triggered({ date: null })).rejects.toMatchObject({ kind: 'usage', code: 'no_date' });
    await expect(triggered({ date: '2999-01-01' })).rejects.toMatchObject({
      kind: 'usage',
      code: 'day_not_begun',
    });
  });

  it.each(['1999-12-31', '1850-01-01', '0001-01-01'])('refuses %s, which would run no task', async (date) => {
    await expect(triggered({ date })).rejects.toMatchObject({ kind: 'usage', code: 'day_too_early' });
    expect(sent()).toBeUndefined();
  });

  it('takes the first day of its DAG', async () => {
    replay.on(`GET ${runs}/manual__2000-01-01/taskInstances`, [200, { task_instances: [] }]);
    expect((await triggered({ date: '2000-01-01' })).action).toBe('created');
  });

  it('believes the process of the scheduler more than its heart, which beats on for half a minute', async () => {
    const gone = { starting: () => true, gone: (part: string) => part === 'scheduler' };
    const healthy = health('healthy', new Date().toISOString());
    replay.on('GET /api/v2/monitor/health', [200, healthy]);
    const { target, progress, signal } = await replay.client();
    const client = new AirflowClient({ target, progress, signal, processes: gone });
    const options = { dag: 'shop_daily_etl', date: '2018-05-01', zone, rerun: false, wait };
    await expect(trigger(client, options)).rejects.toMatchObject({ code: 'scheduler_stopped' });
    expect(await readHealth(client)).toMatchObject({ dag_processor: { healthy: true } });
  });

  it.each([
    [health('unhealthy'), 'scheduler_stopped', /does not run \(last heard of [\d,]+ s ago\)/],
    [health('unhealthy', null), 'airflow_starting', /has not begun yet/],
  ])('%#: without a scheduler it only warns, but does not wait', async (answer, code, message) => {
    replay.on('GET /api/v2/monitor/health', [200, answer]);
    await expect(triggered({ wait })).rejects.toMatchObject({ code, suggestion: 'shop-pipe up airflow' });
    expect(sent()).toBeUndefined();
    await triggered();
    expect(replay.notes).toEqual([expect.stringMatching(message)]);
  });

  it('says that Airflow has lost its database', async () => {
    const answer = { ...health('unhealthy'), metadatabase: { status: 'unhealthy' } };
    replay.on('GET /api/v2/monitor/health', [200, answer]);
    await expect(triggered()).rejects.toMatchObject({ code: 'airflow_unhealthy' });
  });
});

describe('a day that has a run', () => {
  const has = (fields: object): Replay => replay.on(`GET ${runs}`, [200, { dag_runs: [run(fields)] }]);

  it.each([
    ['success', 'run_exists', 'shop-pipe dag trigger shop_daily_etl --date 2018-05-01 --rerun'],
    ['failed', 'run_exists', 'shop-pipe dag trigger shop_daily_etl --date 2018-05-01 --rerun'],
    ['running', 'run_in_progress', 'shop-pipe dag status shop_daily_etl --run manual__2018-05-01'],
    ['queued', 'run_in_progress', 'shop-pipe dag status shop_daily_etl --run manual__2018-05-01'],
    [
      'a_state_of_tomorrow',
      'run_in_progress',
      'shop-pipe dag status shop_daily_etl --run manual__2018-05-01',
    ],
  ])('%s: %s', async (state, code, suggestion) => {
    has({ state });
    await expect(triggered()).rejects.toMatchObject({ code, suggestion });
  });

  it('is cleared by --rerun', async () => {
    has({ state: 'success', dag_run_id: 'scheduled__2018-05-02T03:00:00+00:00' });
    const path = `${runs}/scheduled__2018-05-02T03%3A00%3A00%2B00%3A00`;
    replay.on(`POST ${path}/clear`, [200, run({ dag_run_id: 'scheduled__2018-05-02T03:00:00+00:00' })]);
    replay.on(`GET ${path}/taskInstances`, [200, { task_instances: [] }]);
    expect((await triggered({ rerun: true })).action).toBe('cleared');
    expect(replay.asked.find(({ path: at }) => at === `${path}/clear`)?.body).toEqual({
      dry_run: false,
      only_failed: false,
    });
  });

  it('is not cleared where it is of another day really', async () => {
    has({ state: 'success', data_interval_start: '2018-04-30T03:00:00Z' });
    await expect(triggered({ rerun: true })).rejects.toMatchObject({ code: 'run_of_other_day' });
  });

  it('is met though somebody makes it at the same moment', async () => {
    const conflict = { detail: { reason: 'Unique constraint violation', statement: 'hidden' } };
    replay.on(`POST ${runs}`, [409, conflict]);
    replay.inTurn(`GET ${runs}`, [200, { dag_runs: [] }], [200, { dag_runs: [run({ state: 'running' })] }]);
    await expect(triggered()).rejects.toMatchObject({ code: 'run_in_progress' });
  });

  it('has another name where the name is taken, as by the day of another zone', async () => {
    replay.inTurn(`POST ${runs}`, [409, { detail: 'exists' }], [200, run()]);
    await triggered();
    const names = replay.asked.filter(({ path, method }) => path === runs && method === 'POST');
    expect(names.map(({ body }) => (body as { dag_run_id: string }).dag_run_id)).toEqual([
      'manual__2018-05-01',
      'manual__2018-05-01__20180501T030000000Z',
    ]);
  });

  it('was made where only the answer got lost', async () => {
    replay.on(`POST ${runs}`, 'hang up');
    replay.inTurn(`GET ${runs}`, [200, { dag_runs: [] }], [200, { dag_runs: [run()] }]);
    expect((await triggered()).action).toBe('created');
  });
});

describe('dag backfill', () => {
  const options = { dag: 'shop_daily_etl', zone, rerun: false, wait: false, timeoutSeconds: null };
  const days = async (from: string, to: string, rerun = false) =>
    backfill(await replay.client(), { ...options, from, to, rerun });

  it('asks for the days in their order, and keeps what succeeded', async () => {
    const state: Record<string, string> = { '02': 'success', '03': 'failed', '04': 'running' };
    replay.on(`GET ${runs}`, ({ query }) => {
      const [day = ''] = /\d\d(?=T)/.exec(query['logical_date_gte'] ?? '') ?? [];
      const start = `2018-05-${day}T03:00:00Z`;
      const found = { dag_run_id: `manual__2018-05-${day}`, logical_date: start, data_interval_start: start };
      return [200, { dag_runs: state[day] === undefined ? [] : [run({ ...found, state: state[day] })] }];
    });
    for (const day of ['02', '03'])
      replay.on(`POST ${runs}/manual__2018-05-${day}/clear`, [
        200,
        run({ dag_run_id: `manual__2018-05-${day}` }),
      ]);
    const actions = async (rerun: boolean): Promise<string[]> =>
      (await days('2018-05-01', '2018-05-05', rerun)).days.map(({ action }) => action);
    expect(await actions(false)).toEqual(['created', 'kept', 'cleared', 'joined', 'created']);
    expect(await actions(true)).toEqual(['created', 'cleared', 'cleared', 'joined', 'created']);
  });

  it.each([
    ['2018-05-02', '2018-05-01', 'bad_range'],
    ['2018-05-02', '2999-05-01', 'day_not_begun'],
    ['2010-05-02', '2018-05-01', 'too_many_days'],
  ])('%s to %s: %s', async (from, to, code) => {
    await expect(days(from, to)).rejects.toMatchObject({ kind: 'usage', code });
    expect(replay.asked).toEqual([]);
  });

  it('does not begin before its DAG does', async () => {
    await expect(days('1999-12-30', '2000-01-02')).rejects.toMatchObject({
      code: 'day_too_early',
      message: expect.stringMatching(/^--from 1999-12-30 is before the start date of shop_daily_etl/),
    });
    expect(sent()).toBeUndefined();
  });
});
