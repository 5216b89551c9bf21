import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/config/free-port.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { identify } from '../../src/process/process-table.ts';
import { Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';

interface Status {
  runtime: string;
  services: { name: string; state: string; pid: number | null; endpoint: string; version: string }[];
}
interface Seed {
  rows: Record<string, number>;
  rejected: Record<string, number>;
  changed: boolean;
}
interface Etl {
  days: string[];
  empty_days: string[];
  rows: Record<string, number>;
  seconds: Record<string, number>;
}
interface Problem {
  error: { code: string; message: string; suggestion: string | null };
}

/** Every row of curated with where it physically is: equal before and after means that nothing was rewritten. */
const curatedFingerprint = `
  select md5(string_agg(r, '|' order by r)) from (
    select tableoid::regclass || ' ' || ctid::text || ' ' || xmin::text || ' ' || f::text as r from curated.fact_orders f
    union all select 'c' || ctid || xmin || d::text from curated.dim_customers d
    union all select 'p' || ctid || xmin || d::text from curated.dim_products d
    union all select 'd' || ctid || xmin || d::text from curated.daily_sales d
    union all select 'dp' || ctid || xmin || d::text from curated.daily_product_sales d
    union all select 'dc' || ctid || xmin || d::text from curated.daily_category_sales d
    union all select 'h' || ctid || xmin || d::text from curated.hourly_sales d
  ) rows`;

describe('the pipeline by the built CLI', () => {
  const sandbox = new Sandbox();
  const query = <T extends object>(sql: string): Promise<T[]> =>
    withClient(sandboxTarget(sandbox), async (client) => (await client.query<T>(sql)).rows);

  beforeAll(async () => {
    const up = await sandbox.json<Status & { started: string[] }>(['up', 'postgres']);
    expect(up.code, up.stderr).toBe(0);
    expect(up.data.started).toEqual(['postgres']);
  });
  afterAll(() => sandbox.remove());

  it('up wrote .env for its owner only and changes nothing the second time', async () => {
    expect(statSync(join(sandbox.folder, '.env')).mode & 0o777).toBe(0o600);
    const before = sandbox.file('.env');
    const again = await sandbox.json<Status & { started: string[]; migrations: string[] }>([
      'up',
      'postgres',
    ]);
    expect(again.data).toMatchObject({ started: [], migrations: [] });
    expect(sandbox.file('.env')).toBe(before);
  });

  it('status tells runtime, state, process and address', async () => {
    const { code, data } = await sandbox.json<Status>(['status', '--exit-code']);
    // Of those that were started all are healthy.
    expect(code).toBe(0);
    expect(data.runtime).toBe('native');
    expect(data.services).toEqual([
      {
        name: 'postgres',
        state: 'healthy',
        pid: expect.any(Number),
        endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        version: '17.10',
      },
      {
        name: 'kafka',
        state: 'stopped',
        pid: null,
        endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        version: '4.3.1',
      },
      ...['api-server', 'scheduler', 'dag-processor'].map((part) => ({
        name: `airflow-${part}`,
        state: 'stopped',
        pid: null,
        endpoint: part === 'api-server' ? expect.stringMatching(/^127\.0\.0\.1:\d+$/) : null,
        version: '3.3.2',
      })),
      {
        name: 'metabase',
        state: 'stopped',
        pid: null,
        endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        version: expect.any(String),
      },
    ]);
  });

  it('etl run on an empty shop succeeds and says that the day has no orders', async () => {
    const { code, data, stderr } = await sandbox.json<Etl>(['etl', 'run', '--date', '2018-05-01']);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ days: ['2018-05-01'], empty_days: ['2018-05-01'] });
  });

  it('seeds a synthetic shop, once', async () => {
    const first = await sandbox.json<Seed>([
      'seed',
      'synthetic',
      '--orders',
      '3000',
      '--seed',
      '7',
      '--days',
      '60',
    ]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.data.changed).toBe(true);
    const again = await sandbox.json<Seed>([
      'seed',
      'synthetic',
      '--orders',
      '3000',
      '--seed',
      '7',
      '--days',
      '60',
    ]);
    expect(again.data).toMatchObject({ changed: false, rows: first.data.rows });
    const other = await sandbox.json<Problem>([
      'seed',
      'synthetic',
      '--orders',
      '3000',
      '--seed',
      '8',
      '--days',
      '60',
    ]);
    expect(other.code).toBe(1);
    expect(other.data.error).toMatchObject({
      code: 'other_data_seeded',
      suggestion: expect.stringContaining('--replace'),
    });
  });

  it('builds every day, verifies it, and a day made anew leaves each row where it was', async () => {
    const full = await sandbox.json<Etl>(['etl', 'run', '--full']);
    expect(full.code, full.stderr).toBe(0);
    expect(full.data.days.length).toBeGreaterThan(50);
    const verified = await sandbox.json<{ ok: boolean; checks: unknown[] }>(['verify']);
    expect(verified).toMatchObject({ code: 0, data: { ok: true } });

    const [before] = await query(curatedFingerprint);
    const day = full.data.days.find((date) => !full.data.empty_days.includes(date)) ?? '';
    const one = await sandbox.json<Etl>(['etl', 'run', '--date', day]);
    expect(one.data).toMatchObject({ days: [day], empty_days: [] });
    expect(await query(curatedFingerprint)).toEqual([before]);
  });

  it('verify finds a changed figure and exits 3', async () => {
    await query(
      'update curated.daily_sales set revenue = revenue + 1 where order_date = (select min(order_date) from curated.daily_sales)',
    );
    const found = await sandbox.json<{ ok: boolean; checks: { name: string; ok: boolean }[] }>(['verify']);
    expect(found.code).toBe(3);
    expect(found.data.checks.filter((check) => !check.ok).map((check) => check.name)).toEqual([
      'daily_sales',
    ]);
    const mended = await sandbox.json(['etl', 'run', '--full']);
    expect(mended.code).toBe(0);
    expect((await sandbox.json(['verify'])).code).toBe(0);
  });

  it.each(['daily-revenue', 'top-products', 'orders-per-category'])(
    'report %s in every format',
    async (question) => {
      const { code, data } = await sandbox.json<{
        question: string;
        columns: { name: string }[];
        rows: unknown[][];
      }>(['report', question]);
      expect(code).toBe(0);
      expect(data.question).toBe(question);
      expect(data.rows.length).toBeGreaterThan(0);
      const csv = await sandbox.run(['report', question, '--format', 'csv']);
      expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(data.rows.length + 1);
      for (const format of ['chart', 'table']) {
        const drawn = await sandbox.run(['report', question, '--format', format]);
        expect(drawn.code).toBe(0);
        expect(
          drawn.stdout.split('\n').every((line) => line.length <= 80),
          drawn.stdout,
        ).toBe(true);
      }
    },
  );

  it('a secret is in no log, no output, no process list and no file but .env', async () => {
    const everything = [
      execFileSync('ps', ['axeww', '-o', 'args='], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '' },
      }),
      ...readdirSync(join(sandbox.folder, '.shop-pipe', 'logs')).map((name) =>
        sandbox.file(`.shop-pipe/logs/${name}`),
      ),
      (await sandbox.run(['doctor'])).stdout,
    ].join('\n');
    for (const secret of sandbox.secrets()) expect(everything.includes(secret)).toBe(false);
  });

  it('logs shows what Postgres and Spark wrote', async () => {
    const { data } = await sandbox.json<{ service: string }[]>(['logs']);
    expect(new Set(data.map((entry) => entry.service))).toEqual(new Set(['postgres', 'spark']));
  });

  it('kill -9 of Postgres: status says failed, up recovers, nothing is lost', async () => {
    const { data } = await sandbox.json<Status>(['status']);
    const pid = data.services[0]?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(async () => (await sandbox.json<Status>(['status'])).data.services[0]?.state, { timeout: 20_000 })
      .toBe('failed');
    expect((await sandbox.run(['report', 'daily-revenue'])).stderr).toContain('shop-pipe up');
    const up = await sandbox.run(['up', 'postgres']);
    expect(up.code, up.stderr).toBe(0);
    expect((await sandbox.json(['verify'])).code).toBe(0);
  });

  it('SIGKILL of an etl run leaves the old figures, no process behind, and the next run goes through', async () => {
    const [before] = await query(curatedFingerprint);
    const { child, finished } = sandbox.spawn(['etl', 'run', '--full']);
    const running = (): Promise<{ n: string }[]> =>
      query<{ n: string }>("select count(*) n from ops.etl_runs where state = 'running'");
    await expect.poll(async () => (await running())[0]?.n, { timeout: 60_000, interval: 50 }).toBe('1');
    child.kill('SIGKILL');
    await finished;
    const sparks = (): string[] =>
      readdirSync('/proc').filter(
        (pid) =>
          /^\d+$/.test(pid) &&
          commandLine(pid).includes(sandbox.folder) &&
          commandLine(pid).includes('SparkSubmit'),
      );
    await expect.poll(sparks, { timeout: 30_000 }).toEqual([]);
    expect(await query(curatedFingerprint)).toEqual([before]);
    const next = await sandbox.json<Etl>(['etl', 'run', '--full']);
    expect(next.code, next.stderr).toBe(0);
    expect(await query("select state from ops.etl_runs where state in ('running', 'abandoned')")).toEqual([
      { state: 'abandoned' },
    ]);
  });

  it('Ctrl-C of an etl run exits 130 and publishes nothing', async () => {
    const [before] = await query(curatedFingerprint);
    const { child, finished } = sandbox.spawn(['etl', 'run', '--full', '--json']);
    await expect
      .poll(
        async () =>
          (await query<{ n: string }>("select count(*) n from ops.etl_runs where state = 'running'"))[0]?.n,
        { timeout: 60_000, interval: 50 },
      )
      .toBe('1');
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'interrupted' } });
    expect(await query(curatedFingerprint)).toEqual([before]);
  });

  it('Postgres stopped in the middle of a run: a clear error, then it goes through', async () => {
    const { finished } = sandbox.spawn(['etl', 'run', '--full', '--json']);
    await expect
      .poll(
        async () =>
          (await query<{ n: string }>("select count(*) n from ops.etl_runs where state = 'running'"))[0]?.n,
        { timeout: 60_000, interval: 50 },
      )
      .toBe('1');
    expect((await sandbox.run(['down'])).code).toBe(0);
    const { code, stdout } = await finished;
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Problem).error.code).toBe('postgres_unreachable');
    expect((await sandbox.run(['up', 'postgres'])).code).toBe(0);
    expect((await sandbox.json(['etl', 'run', '--full'])).code).toBe(0);
    expect((await sandbox.json(['verify'])).code).toBe(0);
  });

  it('down works where .env is wrong or gone', async () => {
    const file = join(sandbox.folder, '.env');
    renameSync(file, `${file}.aside`);
    writeFileSync(file, 'POSTGRES_PORT=wrong\n');
    expect(await sandbox.json(['down'])).toMatchObject({
      code: 0,
      data: { runtime: 'native', stopped: ['postgres'] },
    });
    renameSync(`${file}.aside`, file);
    expect((await sandbox.json(['up', 'postgres'])).code).toBe(0);
  });

  it('a port that was changed in .env is moved to by the next up', async () => {
    const before = sandbox.file('.env');
    const port = await freePort(5_800);
    writeFileSync(
      join(sandbox.folder, '.env'),
      before.replace(/^POSTGRES_PORT=.*$/m, `POSTGRES_PORT=${port}`),
    );
    const { code, data } = await sandbox.json<Status>(['up', 'postgres']);
    expect(code).toBe(0);
    expect(data.services[0]).toMatchObject({ state: 'healthy', endpoint: `127.0.0.1:${port}` });
    expect((await sandbox.json(['verify'])).code).toBe(0);
  });

  it('down stops everything, leaves the data, and --purge leaves none', async () => {
    const { data } = await sandbox.json<Status>(['status']);
    expect((await sandbox.json(['down'])).data).toMatchObject({ stopped: ['postgres'], purged: false });
    expect(identify(data.services[0]?.pid ?? 0)).toBeNull();
    expect((await sandbox.json<Status>(['status'])).data.services[0]?.state).toBe('stopped');
    expect((await sandbox.json(['down', '--purge'])).data).toMatchObject({ stopped: [], purged: true });
    expect(readdirSync(join(sandbox.folder, '.shop-pipe'))).not.toContain('postgres');
  });
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
