import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../src/process/process-table.ts';
import { Sandbox } from '../support/cli.ts';

interface Service {
  name: string;
  state: string;
  pid: number | null;
  endpoint: string;
}
interface Up {
  services: Service[];
  started: string[];
  topics: string[];
}
interface Topic {
  topic_id: string;
  retention_ms: number;
  partitions: unknown[];
}

describe('the whole stack by the built CLI', () => {
  const sandbox = new Sandbox();
  /** Airflow has a test of its own. */
  const engines = ['postgres', 'kafka'];
  const env = { KAFKA_TOPIC_PARTITIONS: '3', KAFKA_TOPIC_RETENTION_HOURS: '24' };
  const states = async (): Promise<Record<string, string>> => {
    const { data } = await sandbox.json<Up>(['status']);
    return Object.fromEntries(data.services.map(({ name, state }) => [name, state]));
  };
  const topic = async (): Promise<Topic> => (await sandbox.json<Topic>(['topic', 'status'])).data;
  let pids: number[];

  beforeAll(async () => {
    const { code, data, stderr } = await sandbox.json<Up>(['up', ...engines], env);
    expect(code, stderr).toBe(0);
    expect(data).toMatchObject({ started: ['postgres', 'kafka'], topics: ['shop.orders'] });
    pids = data.services.flatMap(({ pid }) => pid ?? []);
  });
  afterAll(() => sandbox.remove());

  it('comes up with the topic as it is set', async () => {
    expect(await topic()).toMatchObject({ retention_ms: 24 * 3_600_000, partitions: [{}, {}, {}] });
  });

  it('a second up changes nothing, and is quick', async () => {
    const began = performance.now();
    const { data } = await sandbox.json<Up>(['up', ...engines], env);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(data).toMatchObject({ started: [], topics: [] });
    expect(data.services.flatMap(({ pid }) => pid ?? [])).toEqual(pids);
  });

  it('up follows another retention, and warns about other partitions', async () => {
    const { topic_id: id } = await topic();
    const { code, stderr } = await sandbox.run(['up', ...engines], { ...env, KAFKA_TOPIC_PARTITIONS: '5' });
    expect(code).toBe(0);
    expect(stderr).toContain('topic shop.orders has 3 partitions, KAFKA_TOPIC_PARTITIONS says 5');
    expect((await sandbox.run(['up', ...engines], { ...env, KAFKA_TOPIC_RETENTION_HOURS: '48' })).code).toBe(
      0,
    );
    expect(await topic()).toMatchObject({ topic_id: id, retention_ms: 48 * 3_600_000 });
  });

  it('kafka of somebody else is asked, not stopped or started', async () => {
    const { data } = await sandbox.json<Up>(['status'], { SHOP_PIPE_EXTERNAL: 'kafka' });
    expect(data.services).toMatchObject([
      { name: 'postgres', state: 'healthy', pid: pids[0] },
      { name: 'kafka', state: 'healthy', pid: null },
      { name: 'airflow-api-server', state: 'stopped', pid: null },
      { name: 'airflow-scheduler', state: 'stopped', endpoint: null },
      { name: 'airflow-dag-processor', state: 'stopped', endpoint: null },
      { name: 'metabase', state: 'stopped', pid: null },
    ]);
    expect((await sandbox.run(['status', '--exit-code'])).code).toBe(0);
    const up = await sandbox.json<Up>(['up', 'kafka'], { SHOP_PIPE_EXTERNAL: 'kafka', ...env });
    expect(up).toMatchObject({ code: 0, data: { started: [] } });
  });

  it('kill -9 of Kafka: failed, and up brings it back with its topic', async () => {
    const before = await topic();
    process.kill(pids[1] ?? 0, 'SIGKILL');
    await expect.poll(async () => (await states())['kafka'], { timeout: 20_000 }).toBe('failed');
    expect(await sandbox.json(['doctor'])).toMatchObject({ code: 3 });
    const { data } = await sandbox.json<Up>(['up', 'kafka']);
    expect(data).toMatchObject({ started: ['kafka'], topics: [] });
    expect((await topic()).topic_id).toBe(before.topic_id);
    expect((await sandbox.json(['doctor'])).data).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ name: 'kafka', level: 'ok' })]),
    });
  });

  it('an .env of before there was Kafka takes the defaults', async () => {
    const file = join(sandbox.folder, '.env');
    const old = readFileSync(file, 'utf8');
    writeFileSync(file, old.replace(/^(KAFKA_|SHOP_PIPE_EXTERNAL).*\n/gm, ''));
    const { data } = await sandbox.json<Up>(['status']);
    expect(data.services[1]).toMatchObject({ name: 'kafka', endpoint: '127.0.0.1:9092' });
    const { added } = (await sandbox.json<{ added: string[] }>(['init'])).data;
    expect(added).toContain('KAFKA_BROKERS');
    writeFileSync(file, old);
  });

  it('down leaves no process, --purge no data', async () => {
    const { data } = await sandbox.json<Up>(['status']);
    const { stopped } = (await sandbox.json<{ stopped: string[] }>(['down'])).data;
    expect(stopped.toSorted()).toEqual(['kafka', 'postgres']);
    for (const { pid } of data.services) expect(identify(pid ?? -1)).toBeNull();
    const home = join(sandbox.folder, '.shop-pipe');
    expect(existsSync(join(home, 'kafka', 'data'))).toBe(true);
    expect((await sandbox.json(['down', '--purge'])).code).toBe(0);
    expect(readdirSync(home)).not.toContain('kafka');
  });
});
