import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProduceSummary } from '../../src/events/producer/summary.ts';
import { topicStatus } from '../../src/kafka/topic-status.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { expectExactlyOnce, expectWholeLives } from '../events/producer/exactly-once.ts';
import { fillShop } from '../events/producer/shop.ts';
import { topicContents } from '../events/producer/topic-contents.ts';
import { Sandbox } from '../support/cli.ts';
import { dropTopics, testKafka, testTopic } from '../support/kafka.ts';
import { type TestDatabase, testDatabase, testServer } from '../support/postgres.ts';

/** The built CLI against the Postgres and the Kafka of the run; nothing is started here. */
describe('shop-pipe produce', () => {
  const sandbox = new Sandbox();
  const kafka = testKafka();
  const topics: string[] = [];
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
    await fillShop(database.owner);
    const { passwords } = testServer();
    const { host, port, database: name } = database.owner;
    const settings = {
      POSTGRES_HOST: host,
      POSTGRES_PORT: port,
      POSTGRES_DB: name,
      POSTGRES_PASSWORD: passwords.shop_owner,
      POSTGRES_SUPERUSER_PASSWORD: passwords.postgres,
      SHOP_ETL_PASSWORD: passwords.shop_etl,
      SHOP_STREAM_PASSWORD: passwords.shop_stream,
      SHOP_BI_PASSWORD: passwords.shop_bi,
      KAFKA_BROKERS: kafka.brokers.join(),
      SHOP_PIPE_RUNTIME: 'external',
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(sandbox.folder, '.env'), lines.join(''), { mode: 0o600 });
  });
  afterAll(async () => {
    await dropTopics(kafka, topics);
    await database.drop();
    await sandbox.remove();
  });

  async function newTopic(): Promise<string> {
    const topic = testTopic();
    topics.push(topic);
    await ensureTopic(kafka, { topic, partitions: 3, retentionMs: 3_600_000 });
    return topic;
  }
  const count = async (topic: string): Promise<number> => (await topicStatus(kafka, topic)).messages;

  it('says what it does while it does it, and a summary in the end', async () => {
    const topic = await newTopic();
    const line = ['produce', '--rate', '200', '--duration', '6s', '--topic', topic];
    const { code, stdout, stderr } = await sandbox.run(line);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`produce to ${topic}: 1200 events`)]);
    expect(stderr).toMatch(
      /asked 200\/s, achieved \d+\/s, acked [\d,]+, ack p50 [\d.]+ ms p99 [\d.]+ ms, backlog \d+/,
    );
    expect(stdout).toMatch(/1,200 events acked in 6\.\d s\nrate: asked 200\/s, achieved (199|200)/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends at %s with all it made in Kafka, the summary and exit code %i',
    async (signal, exitCode) => {
      const topic = await newTopic();
      const { child, finished } = sandbox.spawn(['produce', '--rate', '2000', '--topic', topic, '--json']);
      await expect.poll(() => count(topic), { timeout: 30_000 }).toBeGreaterThan(1_000);
      child.kill(signal);
      const { code, stdout } = await finished;
      const summary = JSON.parse(stdout) as ProduceSummary;
      expect([code, summary.interrupted, summary.failed]).toEqual([exitCode, true, 0]);
      expectExactlyOnce(await topicContents(kafka, topic), summary);
    },
  );

  it('killed leaves a beginning of every order, and no file', async () => {
    const topic = await newTopic();
    const { child, finished } = sandbox.spawn([
      'produce',
      '--rate',
      '20000',
      '--producers',
      '2',
      '--topic',
      topic,
    ]);
    await expect.poll(() => count(topic), { timeout: 30_000 }).toBeGreaterThan(20_000);
    child.kill('SIGKILL');
    expect((await finished).code).toBeNull();
    expectWholeLives(await topicContents(kafka, topic));
    const spill = join(sandbox.folder, '.shop-pipe', 'tmp');
    expect(existsSync(spill) ? readdirSync(spill) : []).toEqual([]);
  });

  it('says what is wrong where there is no broker', async () => {
    const gone = { KAFKA_BROKERS: '127.0.0.1:1' };
    const { code, data } = await sandbox.json<{ error: unknown }>(['produce', '--rate', '10'], gone);
    const message = expect.stringContaining('127.0.0.1:1') as string;
    expect([code, data.error]).toEqual([
      1,
      { code: 'kafka_unreachable', message, suggestion: 'shop-pipe up' },
    ]);
  });

  it('ends at once at Ctrl-C while it waits for a broker that says nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const silent = { KAFKA_BROKERS: `127.0.0.1:${port}` };
    const { child, finished } = sandbox.spawn(['produce', '--rate', '10', '--json'], silent);
    await once(server, 'connection');
    const started = performance.now();
    child.kill('SIGINT');
    const { code, stdout } = await finished;
    expect([code, JSON.parse(stdout)]).toMatchObject([130, { error: { code: 'interrupted' } }]);
    expect(performance.now() - started).toBeLessThan(2_000);
    server.close();
  });
});
