import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backfilled } from '../../src/airflow/backfill.ts';
import type { DagList } from '../../src/airflow/list.ts';
import type { DagLogs } from '../../src/airflow/logs.ts';
import type { DagStatus } from '../../src/airflow/status.ts';
import type { Triggered } from '../../src/airflow/trigger.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';
import { fillShop } from '../verify/small-shop.ts';
import { faultyDags } from './faulty-dags.ts';

interface Problem {
  error: { code: string; message: string; suggestion: string | null };
}
interface Status {
  services: { name: string; state: string; pid: number | null }[];
}

/** What is curated, to see that nothing was added or lost. */
const curated = `
  select md5(string_agg(r, '|' order by r)) as curated from (
    select f::text as r from curated.fact_orders f
    union all select c::text from curated.dim_customers c
    union all select p::text from curated.dim_products p
    union all select d::text from curated.daily_sales d
  ) as rows`;

describe('dag, with the real engines', () => {
  const sandbox = new Sandbox();
  const etl = 'shop_daily_etl';
  const query = <T extends object>(sql: string): Promise<T[]> =>
    withClient(sandboxTarget(sandbox), async (client) => (await client.query<T>(sql)).rows);
  const words = (line: string): string[] => line.split(' ');

  const done = async <T>(line: string, exitCode = 0): Promise<T> => {
    const { code, data, stderr } = await sandbox.json<T>(words(line));
    expect(code, `${line}: ${JSON.stringify(data)}\n${stderr}`).toBe(exitCode);
    return data;
  };
  const fails = async (
    args: string | readonly string[],
    env: Record<string, string> = {},
  ): Promise<Problem['error']> => {
    const { code, data } = await sandbox.json<Problem>(typeof args === 'string' ? words(args) : args, env);
    expect(code, JSON.stringify(data)).not.toBe(0);
    return data.error;
  };
  const pidOf = async (name: string): Promise<number> =>
    (await done<Status>('status')).services.find((service) => service.name === name)?.pid ?? 0;
  const runsBegun = async (dag: string): Promise<DagStatus['runs']> =>
    (await done<DagStatus>(`dag status ${dag} --limit 50`)).runs
      .filter(({ started_at: at }) => at !== null)
      .toSorted((a, b) => ((a.started_at ?? '') < (b.started_at ?? '') ? -1 : 1));

  beforeAll(async () => {
    const dags = join(sandbox.folder, '.shop-pipe', 'airflow', 'dags');
    mkdirSync(dags, { recursive: true });
    writeFileSync(join(dags, 'faults.py'), faultyDags);
    const up = await sandbox.run(['up', 'airflow'], { SHOP_AIRFLOW_RETRY_SECONDS: '1' });
    expect(up.code, up.stderr).toBe(0);
    await withClient(sandboxTarget(sandbox), fillShop);
  });
  afterAll(() => sandbox.remove());

  it('lists the DAGs of shop-pipe and those of the project', async () => {
    await expect
      .poll(async () => (await done<DagList>('dag list')).dags.map(({ dag }) => dag), { timeout: 60_000 })
      .toEqual(['broken', 'flaky', 'quick', etl, 'shop_full_etl', 'shop_maintenance', 'slow']);
  });

  it('runs the day that has no midnight, once', async () => {
    const { run, tasks } = await done<Triggered>(`dag trigger ${etl} --date 2017-10-15 --wait`);
    expect(run).toMatchObject({ date: '2017-10-15', state: 'success', run_id: 'manual__2017-10-15' });
    expect(tasks.map(({ task, state, try: attempt }) => [task, state, attempt])).toEqual([
      ['source_check', 'success', 1],
      ['spark', 'success', 1],
      ['checks', 'success', 1],
      ['published', 'success', 1],
    ]);
    const days = await query('select order_date, order_lines > 10 as filled from ops.curated_days');
    expect(days).toEqual([{ order_date: '2017-10-15', filled: true }]);
    expect((await fails(`dag trigger ${etl} --date 2017-10-15`)).code).toBe('run_exists');
  });

  it('runs it again with --rerun, which changes nothing', async () => {
    const before = await query(curated);
    const { run, action, tasks } = await done<Triggered>(
      `dag trigger ${etl} --date 2017-10-15 --rerun --wait`,
    );
    expect([run.state, action, tasks[1]?.try]).toEqual(['success', 'cleared', 2]);
    expect(await query(curated)).toEqual(before);
    expect(await query('select from ops.etl_runs')).toHaveLength(2);
  });

  it('skips a day on which there was nothing', async () => {
    const result = await done<Triggered>(`dag trigger ${etl} --date 2012-01-01 --wait`);
    expect(result.skipped?.reason).toMatch(/^2012-01-01 has no order lines/);
    expect(await query("select from ops.curated_days where order_date = '2012-01-01'")).toEqual([]);
  });

  it('backfills five days in their order, and keeps the one that there is', async () => {
    const range = '--from 2017-10-13 --to 2017-10-17';
    const { days } = await done<Backfilled>(`dag backfill ${etl} ${range} --wait`);
    expect(days.map(({ date, state, action }) => [date, state, action])).toEqual([
      ['2017-10-13', 'success', 'created'],
      ['2017-10-14', 'success', 'created'],
      ['2017-10-15', 'success', 'kept'],
      ['2017-10-16', 'success', 'created'],
      ['2017-10-17', 'success', 'created'],
    ]);
    const begun = (await runsBegun(etl)).map(({ date }) => date ?? '').filter((day) => day > '2017');
    const asked = begun.filter((day) => day !== '2017-10-15');
    // Besides, the day before today ran when the DAG was read first.
    expect(asked.filter((day) => day < '2018')).toEqual([
      '2017-10-13',
      '2017-10-14',
      '2017-10-16',
      '2017-10-17',
    ]);
    expect(await query('select from ops.curated_days')).toHaveLength(5);
    expect((await done<{ ok: boolean }>('verify')).ok).toBe(true);
  });

  it('shares the days of two backfills that are asked for at once, each run once', async () => {
    const asked = ['--from 2018-01-01 --to 2018-01-04', '--from 2018-01-03 --to 2018-01-06'];
    const [first, second] = await Promise.all(
      asked.map((range) => done<Backfilled>(`dag backfill quick ${range} --wait`)),
    );
    const days = [...(first?.days ?? []), ...(second?.days ?? [])];
    expect(days.map(({ state }) => state)).toEqual(Array(8).fill('success'));
    expect(days.filter(({ action }) => action === 'created')).toHaveLength(6);
    const { runs } = await done<DagStatus>('dag status quick');
    expect(runs.map(({ run_id: id }) => id).toSorted()).toEqual(
      [1, 2, 3, 4, 5, 6].map((day) => `manual__2018-01-0${day}`),
    );
  });

  it('refuses a day before its DAG begins, of which Airflow would say that it succeeded', async () => {
    for (const day of ['1999-12-31', '0001-01-01'])
      expect((await fails(`dag trigger ${etl} --date ${day} --wait`)).code).toBe('day_too_early');
    expect((await fails(`dag backfill ${etl} --from 1999-12-31 --to 2000-01-01`)).code).toBe('day_too_early');
  });

  it('waits for a task that fails three times and then succeeds', async () => {
    const { code, stdout, stderr } = await sandbox.run(words('dag trigger flaky --wait'));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/─ ✓ flaky {2}success, try 4 of 4/);
    expect(stderr).toContain('flaky up_for_retry, try 3 of 4');
    const { logs } = await done<DagLogs>('dag logs flaky --task flaky --try 2');
    expect(logs[0]?.lines.map(({ text }) => text)).toContain('this is try 2');
  });

  it('exits 1 when a run fails, with the end of its log', async () => {
    const failed = await sandbox.run(words('dag trigger broken --wait'));
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('└─ ✗ after   upstream_failed');
    expect(failed.stdout).toMatch(
      /broken of \S+ failed at try 1; its log ends:\n( {2}.*\n)* {2}.*RuntimeError: no luck/,
    );
    const { latest } = await done<DagStatus>('dag status broken');
    expect(latest?.failure).toMatchObject({ task: 'broken', try: 1 });
  });

  it('leaves the run going at Ctrl-C and after the time-out', async () => {
    const { child, finished } = sandbox.spawn([...words('dag trigger slow --wait'), '--json']);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    await expect.poll(() => said, { timeout: 30_000 }).toContain('slow running');
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    const { error } = JSON.parse(stdout) as Problem;
    expect([code, error.code]).toEqual([130, 'interrupted']);
    const [, id = ''] = /--run (\S+)$/.exec(error.suggestion ?? '') ?? [];
    const { latest } = await done<DagStatus>(`dag status slow --run ${id}`);
    expect(latest?.run.state).toBe('running');
    expect(await fails('dag trigger slow --wait --timeout 1s')).toMatchObject({ code: 'wait_timeout' });
  });

  it('does not trigger a paused DAG', async () => {
    await done('dag pause flaky');
    expect(await fails('dag trigger flaky')).toMatchObject({
      code: 'dag_paused',
      suggestion: 'shop-pipe dag unpause flaky',
    });
    await done('dag unpause flaky');
  });

  it('says what is wrong with a wrong name, password or address', async () => {
    expect((await fails('dag trigger flakey')).message).toContain('did you mean flaky?');
    for (const name of ['$(reboot);`id`', '../../api', '..', 'a b', "x' or 1=1"])
      expect(await fails(['dag', 'trigger', name, '--date', '2018-05-01'])).toMatchObject({
        code: 'dag_unknown',
      });
    expect((await fails(['dag', 'status', etl, '--run', '../../../..;'])).code).toBe('run_unknown');
    expect((await fails('dag list', { AIRFLOW_PASSWORD: 'not-the-password' })).code).toBe(
      'airflow_login_refused',
    );
    expect((await fails('dag list', { AIRFLOW_URL: 'http://127.0.0.1:1' })).code).toBe('airflow_unreachable');
  });

  it('recovers a day whose scheduler was killed in mid-task, without doubling it', async () => {
    const { child, finished } = sandbox.spawn([
      ...words(`dag trigger ${etl} --date 2017-10-20 --wait`),
      '--json',
    ]);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    await expect.poll(() => said, { timeout: 60_000 }).toContain('spark running');
    process.kill(-(await pidOf('airflow-scheduler')), 'SIGKILL');
    // Its heart is said to beat for half a minute still.
    expect((await fails('dag trigger quick --wait')).code).toBe('scheduler_stopped');
    expect((await sandbox.run(['up', 'airflow'], { SHOP_AIRFLOW_RETRY_SECONDS: '1' })).code).toBe(0);
    const { code, stdout } = await finished;
    expect(code, said).toBe(0);
    expect((JSON.parse(stdout) as Triggered).run).toMatchObject({ date: '2017-10-20', state: 'success' });
    expect(await query("select from ops.curated_days where order_date = '2017-10-20'")).toHaveLength(1);
    const doubled = 'select from curated.fact_orders group by order_id, product_id having count(*) > 1';
    expect(await query(doubled)).toEqual([]);
    expect((await done<{ ok: boolean }>('verify')).ok).toBe(true);
  }, 600_000);

  it('waits through a crash of Postgres, which takes the scheduler along', async () => {
    const { child, finished } = sandbox.spawn([
      ...words(`dag trigger ${etl} --date 2017-10-21 --wait`),
      '--json',
    ]);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    await expect.poll(() => said, { timeout: 60_000 }).toContain('spark running');
    process.kill(await pidOf('postgres'), 'SIGKILL');
    expect((await fails('dag list')).code).toBe('airflow_unhealthy');
    expect((await sandbox.run(['up', 'airflow'], { SHOP_AIRFLOW_RETRY_SECONDS: '1' })).code).toBe(0);
    const { code, stdout } = await finished;
    expect(code, said + stdout).toBe(0);
    expect((JSON.parse(stdout) as Triggered).run).toMatchObject({ date: '2017-10-21', state: 'success' });
    expect((await done<{ ok: boolean }>('verify')).ok).toBe(true);
  }, 600_000);

  it('says that the scheduler is stopped, and waits for nothing', async () => {
    process.kill(-(await pidOf('airflow-scheduler')), 'SIGKILL');
    // It is believed to live for half a minute.
    await expect
      .poll(async () => (await done<DagStatus>('dag status')).airflow.scheduler.healthy, { timeout: 60_000 })
      .toBe(false);
    expect(await fails('dag trigger flaky --wait')).toMatchObject({
      code: 'scheduler_stopped',
      suggestion: 'shop-pipe up airflow',
    });
    const { code, stderr } = await sandbox.run(words('dag trigger flaky'));
    expect([code, stderr]).toEqual([0, expect.stringContaining('the scheduler of Airflow does not run')]);
  });

  it('says that Airflow is not there, and that it is still starting', async () => {
    expect((await sandbox.run(['down'])).code).toBe(0);
    expect(await fails('dag list')).toMatchObject({
      code: 'airflow_unreachable',
      suggestion: 'shop-pipe up airflow, or set AIRFLOW_URL in .env',
    });
    const up = sandbox.spawn(['up', 'airflow']);
    const seen = new Set<string>();
    const codeNow = async (): Promise<string> => {
      const { code, data } = await sandbox.json<Problem>(words('dag list'));
      seen.add(code === 0 ? 'done' : data.error.code);
      return [...seen].at(-1) ?? '';
    };
    await expect.poll(codeNow, { timeout: 120_000 }).toBe('done');
    expect([...seen].filter((code) => code !== 'airflow_unreachable')).toEqual(['airflow_starting', 'done']);
    expect((await up.finished).code).toBe(0);
  });
});
