import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import {
  createdIn,
  dropTrigger,
  holdAt,
  type StopPoint,
  stopAt,
  stopInCommit,
} from '../bad-input/stop-points.ts';
import { Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';

interface Problem {
  error: { code: string; message: string; suggestion: string | null };
}

/** What a run cannot work with: it publishes nothing and says why. */
const refusals: { what: string; env: Record<string, string>; sql?: string; code: string; says: RegExp }[] = [
  {
    what: 'a wrong password of its role',
    env: { SHOP_ETL_PASSWORD: 'not-this-one' },
    code: 'wrong_password',
    says: /shop_etl/,
  },
  {
    what: 'no such database',
    env: { POSTGRES_DB: 'nowhere' },
    code: 'database_missing',
    says: /nowhere/,
  },
  {
    what: 'another time zone than that of the curated days',
    env: { SHOP_TIMEZONE: 'Asia/Tokyo' },
    code: 'timezone_changed',
    says: /America\/Sao_Paulo/,
  },
  {
    what: 'a right that was taken away',
    env: {},
    sql: 'revoke insert, delete on curated.daily_sales from shop_etl',
    code: 'not_allowed',
    says: /daily_sales/,
  },
  {
    what: 'a Spark master that is none',
    env: { SPARK_MASTER: 'sparkle://nowhere' },
    code: 'spark_failed',
    says: /could not parse Master URL/i,
  },
  {
    what: 'a driver with too little memory',
    env: { SPARK_DRIVER_MEMORY: '16m' },
    code: 'spark_failed',
    says: /memory/i,
  },
];

const points: StopPoint[] = [
  {
    at: 'in staging',
    trigger: stopAt('ddl_command_end', 'CREATE TABLE', createdIn('etl_stage')),
    left: 'nothing',
  },
  {
    at: 'at the start',
    lock: 'select epoch from ops.etl_control for update',
    left: 'nothing',
  },
  {
    at: 'in the publish',
    lock: 'lock table curated.hourly_sales in access exclusive mode',
    left: 'nothing',
  },
  { at: 'in the commit', trigger: stopInCommit('ops.curated_days'), left: 'nothing' },
  {
    at: 'after the commit',
    trigger: stopAt(
      'ddl_command_start',
      'DROP TABLE',
      // Not the sweep at the start, of what those before have left.
      `(select state = 'succeeded' from ops.etl_runs order by run_id desc limit 1)`,
    ),
    left: 'everything',
  },
];
const kills = points.flatMap((point) =>
  (point.at === 'in the publish' ? (['SIGKILL', 'SIGTERM'] as const) : (['SIGKILL'] as const)).map(
    (signal) => ({ ...point, signal }),
  ),
);

describe(`bad input of the ETL, ${refusals.length + kills.length + 2} cases`, () => {
  const sandbox = new Sandbox();
  let blocker: pg.Client;
  const query = <T extends object>(sql: string): Promise<T[]> =>
    withClient(sandboxTarget(sandbox), async (client) => (await client.query<T>(sql)).rows);
  const asSuperuser = <T extends object>(sql: string): Promise<T[]> => {
    const password = /^POSTGRES_SUPERUSER_PASSWORD=(.*)$/m.exec(sandbox.file('.env'))?.[1] ?? '';
    const target = { ...sandboxTarget(sandbox), user: 'postgres', password };
    return withClient(target, async (client) => (await client.query<T>(sql)).rows);
  };
  /** Each curated row and where it lies: equal means that nothing was published. */
  const curated = async (): Promise<unknown> =>
    query(`
      select md5(string_agg(r, '|' order by r)) from (
        select tableoid::regclass || ' ' || ctid::text || ' ' || xmin::text || ' ' || f::text as r from curated.fact_orders f
        union all select 'd' || ctid || xmin || d::text from curated.daily_sales d
        union all select 'h' || ctid || xmin || d::text from curated.hourly_sales d
        union all select 'c' || ctid || xmin || d::text from curated.dim_customers d
        union all select 'k' || ctid || xmin || d::text from ops.curated_days d
      ) rows`);
  /** Makes every line dearer, so that each run has something to publish. */
  const change = (): Promise<unknown> =>
    query(`
      with changed as (update shop.orders set price = price + 1 returning order_timestamp)
      insert into ops.changed_days (order_date)
      select distinct ops.business_day(order_timestamp, 'America/Sao_Paulo') from changed;
      select live.rebuild('America/Sao_Paulo')`);
  // What another role's session waits for is shown to a superuser only.
  const sessions = (): Promise<{ wait: string | null }[]> =>
    asSuperuser(
      `select wait_event_type as wait from pg_stat_activity
      where datname = current_database() and application_name like 'shop-pipe etl%'`,
    );
  const until = (condition: () => Promise<boolean>): Promise<void> =>
    expect.poll(condition, { timeout: 90_000, interval: 50 }).toBe(true);
  const stopped = (): Promise<void> =>
    until(async () => (await sessions()).some(({ wait }) => wait === 'Lock'));

  beforeAll(async () => {
    expect((await sandbox.json(['up', 'postgres'])).code).toBe(0);
    const seed = ['seed', 'synthetic', '--orders', '300', '--days', '5'];
    expect((await sandbox.json(seed)).code).toBe(0);
    const { code, stderr } = await sandbox.json(['etl', 'run', '--full']);
    expect(code, stderr).toBe(0);
    blocker = await connect(sandboxTarget(sandbox), { name: 'blocker' });
  });
  afterAll(async () => {
    await blocker?.end();
    await sandbox.remove();
  });

  it.each(refusals)('$what: $code', async ({ env, sql, code, says }) => {
    await change();
    if (sql !== undefined) await query(sql);
    const before = await curated();
    const {
      code: exit,
      data,
      stderr,
    } = await sandbox.json<Problem>(['etl', 'run', '--date', '2018-08-30'], env);
    await query('grant insert, delete on curated.daily_sales to shop_etl');
    expect([exit, data.error.code], `${data.error.message}\n${stderr}`).toEqual([1, code]);
    expect(data.error.message).toMatch(says);
    for (const secret of [...sandbox.secrets(), 'not-this-one'])
      expect(JSON.stringify(data) + stderr).not.toContain(secret);
    expect(await curated()).toEqual(before);
  });

  it.each(kills)('$signal $at leaves $left', async ({ signal, ...point }) => {
    await change();
    const before = await curated();
    if (point.trigger !== undefined) await asSuperuser(point.trigger);
    await blocker.query(`begin; ${holdAt(point)}`);
    const { child, finished } = sandbox.spawn(['etl', 'run', '--full', '--json']);
    await stopped();
    child.kill(signal);
    const { code, stdout } = await finished;
    if (signal === 'SIGKILL') expect([code, stdout]).toEqual([null, '']);
    else expect([code, JSON.parse(stdout)]).toMatchObject([143, { error: { code: 'interrupted' } }]);
    await until(async () => (await sessions()).length === 0 && sparks(sandbox.folder).length === 0);
    await blocker.query('rollback');
    await asSuperuser(dropTrigger);
    if (point.left === 'nothing') expect(await curated()).toEqual(before);
    else expect(await curated()).not.toEqual(before);
    expect((await sandbox.json(['verify'])).code).toBe(0);
  });

  it('a migration during a publish gives up and names who holds the table', async () => {
    await change();
    const before = await curated();
    await blocker.query(
      `begin; ${holdAt({ at: '', lock: 'lock table curated.hourly_sales', left: 'nothing' })}`,
    );
    const { finished } = sandbox.spawn(['etl', 'run', '--full', '--json']);
    await stopped();
    const down = ['migrate', 'down', '--to', '0004', '--lock-timeout', '1'];
    const { code, data } = await sandbox.json<Problem>(down);
    expect([code, data.error.code], data.error.message).toEqual([1, 'migration_blocked']);
    expect(data.error.message).toMatch(/shop-pipe etl/);
    await blocker.query('rollback');
    expect((await finished).code).toBe(0);
    expect(await curated()).not.toEqual(before);
    expect((await sandbox.json(['migrate', 'up'])).code).toBe(0);
  });

  it('a second run waits for the first; both go through, and all agrees', async () => {
    await change();
    await blocker.query('begin; lock table curated.hourly_sales in access exclusive mode');
    const first = sandbox.spawn(['etl', 'run', '--full', '--json']);
    await stopped();
    const second = sandbox.spawn(['etl', 'run', '--full', '--json']);
    let said = '';
    second.child.stderr?.on('data', (text: string) => (said += text));
    await until(async () => said.includes('waiting for run'));
    await blocker.query('rollback');
    const [one, two] = await Promise.all([first.finished, second.finished]);
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0]);
    expect(JSON.parse(two.stdout)).toMatchObject({ changes: { fact_orders: { deleted: 0, written: 0 } } });
    expect((await sandbox.json(['verify', '--strict'])).code).toBe(0);
  });
});

/** Spark's processes of this sandbox. */
function sparks(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const line = readFileSync(join('/proc', pid, 'cmdline'), 'latin1');
      return line.includes(folder) && line.includes('SparkSubmit');
    } catch {
      return false;
    }
  });
}
