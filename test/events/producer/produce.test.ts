import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/events/digest.ts';
import { dirtyKinds } from '../../../src/events/event.ts';
import { type ProduceOptions, produce } from '../../../src/events/producer/produce.ts';
import type { ProduceSummary } from '../../../src/events/producer/summary.ts';
import { readOrderEvent } from '../../../src/events/read-event.ts';
import { ensureTopic } from '../../../src/kafka/topics.ts';
import { silent } from '../../../src/progress.ts';
import { dropTopics, testKafka, testTopic } from '../../support/kafka.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { expectExactlyOnce } from './exactly-once.ts';
import { fillShop } from './shop.ts';
import { topicContents } from './topic-contents.ts';

const kafka = testKafka();
const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-produce-'));
const topics: string[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await fillShop(database.owner);
});
afterAll(async () => {
  await dropTopics(kafka, topics);
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function newTopic(partitions = 3): Promise<string> {
  const topic = testTopic();
  topics.push(topic);
  await ensureTopic(kafka, { topic, partitions, retentionMs: 3_600_000 });
  return topic;
}

const defaults = { seconds: null, count: null, seed: 1, startTime: null, dirty: 0, producers: 1 };

function send(
  options: Partial<ProduceOptions> & { topic: string; rate: number },
  signal = new AbortController().signal,
): Promise<ProduceSummary> {
  const context = { kafka, shop: database.owner, folder, progress: silent, signal };
  return produce(context, { ...defaults, ...options });
}

describe('produce', () => {
  it('holds 500 a second, and all of it is in Kafka once, in order', async () => {
    const topic = await newTopic();
    const summary = await send({ topic, rate: 500, seconds: 10 });
    expect(summary).toMatchObject({ asked_per_s: 500, sent: 5_000, acked: 5_000, failed: 0, failure: null });
    expect(summary.achieved_per_s).toBeGreaterThan(495);
    expect(summary.achieved_per_s).toBeLessThanOrEqual(505);
    expect(summary.ack_ms.p50).toBeLessThanOrEqual(summary.ack_ms.p99 ?? 0);
    expectExactlyOnce(await topicContents(kafka, topic), summary);
  });

  it.each([1, 4, 11])('sends an exact count by %i producers', async (producers) => {
    const topic = await newTopic();
    const summary = await send({ topic, rate: 20_000, count: 12_345, producers });
    expect([summary.acked, summary.failed]).toEqual([12_345, 0]);
    const messages = await topicContents(kafka, topic);
    expectExactlyOnce(messages, summary);
    const types: Record<string, number> = {};
    for (const { value } of messages) {
      const type = readOrderEvent(value).event?.event_type ?? '';
      types[type] = (types[type] ?? 0) + 1;
    }
    expect(types).toEqual(summary.by_type);
  });

  it('makes the same events of one seed and start time at any rate, and others of another', async () => {
    const topic = await newTopic();
    const startTime = Date.UTC(2018, 4, 1);
    const common = { topic, count: 2_000, producers: 2, dirty: 0.05 };
    const one = await send({ ...common, rate: 2_000, startTime });
    const again = await send({ ...common, rate: 9_000, startTime });
    expect([again.digest, again.dirty, again.by_type]).toEqual([one.digest, one.dirty, one.by_type]);
    expect([one.seed, one.start_time]).toEqual([1, '2018-05-01T00:00:00.000Z']);
    const random = await send({ ...common, rate: 9_000, startTime, seed: null });
    expect(random.digest).not.toBe(one.digest);
  });

  it('counts the dirt of each kind as Kafka has it', async () => {
    const topic = await newTopic();
    const summary = await send({ topic, rate: 20_000, count: 6_000, dirty: 0.3 });
    expect(summary.acked).toBe(6_000);
    expect(Object.keys(summary.dirty)).toEqual([...dirtyKinds]);
    const dirty = Object.values(summary.dirty).reduce((a, b) => a + b);
    // 30 % of 6,000 by chance; some 204 off was seen.
    expect(dirty).toBeGreaterThan(1_400);
    expect(dirty).toBeLessThan(2_200);
    const messages = await topicContents(kafka, topic);
    expect(digestOf(messages, folder)).toBe(summary.digest);
    const invalid = messages.filter(({ value }) => readOrderEvent(value).event === undefined);
    expect(invalid.length).toBe(summary.by_type['invalid']);
  });

  it('ends early when told to, with a summary of what is in Kafka', async () => {
    const topic = await newTopic();
    const stop = new AbortController();
    const running = send({ topic, rate: 3_000 }, stop.signal);
    await expect.poll(() => topicContents(kafka, topic), { timeout: 20_000 }).not.toEqual([]);
    stop.abort();
    const summary = await running;
    expect(summary).toMatchObject({ interrupted: true, failed: 0, failure: null });
    expect(summary.acked).toBeGreaterThan(0);
    expectExactlyOnce(await topicContents(kafka, topic), summary);
  });

  it('asked for more than Kafka takes says what it missed, and keeps its memory', async () => {
    const topic = await newTopic();
    const { sent, acked, missed, seconds, achieved_per_s } = await send({
      topic,
      rate: 1_000_000,
      seconds: 3,
    });
    expect([acked, sent + missed]).toEqual([sent, 3_000_000]);
    expect(Math.abs(achieved_per_s - acked / seconds)).toBeLessThan(achieved_per_s / 100);
    // What was left at the end of the 3 seconds is the backlog, capped at 20,000: that many take so long, at most.
    expect(seconds - 3).toBeLessThan(1 + (3 * 20_000) / achieved_per_s);
  });

  it('leaves two runs at a time apart', async () => {
    const topic = await newTopic();
    const runs = await Promise.all([1, 2].map((seed) => send({ topic, rate: 5_000, count: 3_000, seed })));
    const messages = await topicContents(kafka, topic);
    expectExactlyOnce(messages, { acked: 6_000, digest: digestOf(messages, folder) });
    expect(runs[0]?.digest).not.toBe(runs[1]?.digest);
  });

  it('tells of other partitions than .env has, and how to mend that', async () => {
    const warnings: string[] = [];
    const progress = { ...silent, warn: (text: string) => void warnings.push(text) };
    const context = { kafka, shop: database.owner, folder, progress, signal: new AbortController().signal };
    const options = { ...defaults, topic: await newTopic(3), rate: 1000, count: 3 };
    for (const partitions of [3, 4]) await produce(context, { ...options, partitions });
    expect(warnings).toEqual([
      expect.stringMatching(/has 3 partitions, .* says 4: .*KAFKA_TOPIC_PARTITIONS=3/),
    ]);
  });

  it('leaves no file behind', () => {
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('produce refuses', () => {
  it('a topic that is not there, and makes none', async () => {
    const topic = testTopic();
    await expect(send({ topic, rate: 10 })).rejects.toMatchObject({
      code: 'topic_missing',
      message: expect.stringContaining(topic),
    });
    await expect(send({ topic, rate: 10 })).rejects.toMatchObject({ code: 'topic_missing' });
    await expect(send({ topic: 'shop orders', rate: 10 })).rejects.toMatchObject({ code: 'bad_topic' });
  });

  it('an empty shop', async () => {
    const empty = await testDatabase();
    try {
      const context = {
        kafka,
        shop: empty.owner,
        folder,
        progress: silent,
        signal: new AbortController().signal,
      };
      const options = { ...defaults, topic: await newTopic(), rate: 10 };
      await expect(produce(context, options)).rejects.toMatchObject({ code: 'shop_empty' });
    } finally {
      await empty.drop();
    }
  });

  it('a broker that is not there, within ten seconds', async () => {
    const signal = new AbortController().signal;
    const gone = { ...kafka, brokers: ['127.0.0.1:1'] };
    const context = { kafka: gone, shop: database.owner, folder, progress: silent, signal };
    const started = performance.now();
    await expect(produce(context, { ...defaults, topic: 't', rate: 10 })).rejects.toMatchObject({
      code: 'kafka_unreachable',
      suggestion: 'shop-pipe up',
    });
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  it('a folder that is a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const context = {
      kafka,
      shop: database.owner,
      folder: file,
      progress: silent,
      signal: new AbortController().signal,
    };
    const options = { ...defaults, topic: await newTopic(), rate: 10, count: 1 };
    await expect(produce(context, options)).rejects.toThrow();
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  });
});
