import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { identify } from '../../src/process/process-table.ts';
import { AirflowApi } from '../support/airflow-api.ts';
import { Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';
import { fillShop } from '../verify/small-shop.ts';

interface Status {
  services: { name: string; state: string; pid: number | null; endpoint: string | null }[];
}

const parts = ['airflow-api-server', 'airflow-scheduler', 'airflow-dag-processor'];
const dag = 'shop_daily_etl';

describe('Airflow by the built CLI', () => {
  const sandbox = new Sandbox();
  const home = join(sandbox.folder, '.shop-pipe');
  const env = { SHOP_AIRFLOW_RETRY_SECONDS: '1' };
  let api: AirflowApi;

  const states = async (): Promise<Record<string, string>> => {
    const { services } = (await sandbox.json<Status>(['status'])).data;
    return Object.fromEntries(services.map(({ name, state }) => [name, state]));
  };
  const scalar = (sql: string): Promise<unknown> =>
    withClient(sandboxTarget(sandbox), async (client) => {
      const { rows } = await client.query<{ value: unknown }>(sql);
      return rows[0]?.value;
    });

  beforeAll(async () => {
    const up = await sandbox.json<Status & { started: string[] }>(['up', 'airflow'], env);
    expect(up.code, up.stderr).toBe(0);
    expect(up.data.started).toEqual(['postgres', ...parts]);
    const {
      AIRFLOW_URL: url = '',
      AIRFLOW_USER: user = '',
      AIRFLOW_PASSWORD: password = '',
    } = parse(sandbox.file('.env'));
    api = new AirflowApi(url, user, password);
    await withClient(sandboxTarget(sandbox), fillShop);
  });
  afterAll(() => sandbox.remove());

  it('is healthy without Kafka, and a second up changes nothing', async () => {
    await expect.poll(states, { timeout: 60_000 }).toEqual({
      postgres: 'healthy',
      kafka: 'stopped',
      metabase: 'stopped',
      ...Object.fromEntries(parts.map((name) => [name, 'healthy'])),
    });
    expect((await sandbox.json(['up', 'airflow'], env)).data).toMatchObject({ started: [] });
  });

  it('shows its logs: one service, or all of it', async () => {
    const logs = await sandbox.json<{ service: string }[]>(['logs', 'airflow', '-n', '1']);
    expect(logs.data.map(({ service }) => service)).toEqual(parts);
    const text = await sandbox.run(['logs', 'airflow-scheduler', '-n', '500']);
    // JSON in the file, lines for people here.
    expect(text.stdout).toMatch(/^airflow-scheduler \| \S+ info Starting the scheduler$/m);
  });

  it('leaves no process when it goes down in mid-Spark, and the next up goes on with the day', async () => {
    await api.trigger(dag, 'down', '2017-10-15T03:00:00Z');
    const spark = await api.until(async () => sparkOf(home), 120);
    const before = (await sandbox.json<Status>(['status'])).data.services.flatMap(({ pid }) => pid ?? []);
    const { stopped } = (await sandbox.json<{ stopped: string[] }>(['down'])).data;
    expect(stopped.toSorted()).toEqual([...parts, 'postgres'].toSorted());
    for (const pid of [...before, ...spark])
      await expect.poll(() => identify(pid), { timeout: 30_000 }).toBeNull();
    expect(processesOf(home)).toEqual([]);

    expect((await sandbox.run(['up', 'airflow'], env)).code).toBe(0);
    await api.succeeded(dag, 'down', 240);
    expect(await scalar(`select count(*)::int as value from ops.curated_days`)).toBe(1);
    expect((await sandbox.json<{ ok: boolean }>(['verify'])).data.ok).toBe(true);
  });

  it('tells other DAGs which days were published', async () => {
    const { asset_events: events } = await api.call<{
      asset_events: { extra: Record<string, unknown> }[];
    }>('GET', '/assets/events');
    const run = await scalar(`select max(run_id)::int as value from ops.etl_runs where state = 'succeeded'`);
    expect(events.at(-1)?.extra).toMatchObject({ run_id: run, days: ['2017-10-15'] });
  });

  it('prints no secret', async () => {
    const printed = [
      await sandbox.run(['status']),
      await sandbox.run(['logs', 'airflow', '-n', '100000']),
    ].map(({ stdout, stderr }) => stdout + stderr);
    for (const secret of sandbox.secrets()) expect(printed.join('\n')).not.toContain(secret);
  });

  it('down --purge deletes what it had', async () => {
    expect((await sandbox.json(['down', '--purge'])).code).toBe(0);
    expect(existsSync(join(home, 'airflow'))).toBe(false);
    expect(processesOf(home)).toEqual([]);
  });
});

/** Living processes whose arguments or environment name `home`. */
function processesOf(home: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && identify(pid) !== null)
    .filter((pid) => `${read(pid, 'cmdline')}${read(pid, 'environ')}`.includes(home));
}

/** The JVM of a Spark job of `home` and its Python; null where none runs. */
function sparkOf(home: string): number[] | null {
  const found = processesOf(home).filter((pid) =>
    /SparkSubmit|shop_pipe_jobs_batch/.test(read(pid, 'cmdline')),
  );
  return found.length >= 2 ? found : null;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
