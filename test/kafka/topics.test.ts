import { afterAll, describe, expect, it } from 'vitest';
import { kafkaClient } from '../../src/kafka/client.ts';
import { ensureShopTopic } from '../../src/kafka/shop-topic.ts';
import { topicStatus } from '../../src/kafka/topic-status.ts';
import { ensureTopic, setRetention } from '../../src/kafka/topics.ts';
import { type Progress, silent } from '../../src/progress.ts';
import { dropTopics, sendAll, testKafka, testTopic } from '../support/kafka.ts';

const target = testKafka();
const hour = 3_600_000;
const made: string[] = [];
const newTopic = (): string => {
  const topic = testTopic();
  made.push(topic);
  return topic;
};
afterAll(() => dropTopics(target, made));

describe('a topic', () => {
  it('is made with its partitions and retention, once, by several at once too', async () => {
    const settings = { topic: newTopic(), partitions: 3, retentionMs: 2 * hour };
    const results = await Promise.all([ensureTopic(target, settings), ensureTopic(target, settings)]);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(await ensureTopic(target, settings)).toEqual({
      created: false,
      partitions: 3,
      retentionMs: 2 * hour,
    });
  });

  it('that is there with other settings is left as it is', async () => {
    const topic = newTopic();
    await ensureTopic(target, { topic, partitions: 2, retentionMs: hour });
    expect(await ensureTopic(target, { topic, partitions: 5, retentionMs: 9 * hour })).toEqual({
      created: false,
      partitions: 2,
      retentionMs: hour,
    });
  });

  it('keeps its other settings when its retention is changed', async () => {
    const topic = newTopic();
    const admin = kafkaClient(target, 'test').admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, configEntries: [{ name: 'max.message.bytes', value: '123456' }] }],
    });
    await setRetention(target, topic, 5 * hour);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['max.message.bytes', 'retention.ms'] }],
    });
    await admin.disconnect();
    const values = resources[0]?.configEntries.map(({ configName, configValue }) => [
      configName,
      configValue,
    ]);
    expect(Object.fromEntries(values ?? [])).toEqual({
      'max.message.bytes': '123456',
      'retention.ms': String(5 * hour),
    });
  });
});

describe('topic status', () => {
  it('counts offsets and bytes of each partition', async () => {
    const topic = newTopic();
    await ensureTopic(target, { topic, partitions: 3, retentionMs: hour });
    const empty = await topicStatus(target, topic);
    expect(empty).toMatchObject({ topic, messages: 0, bytes: 0, retention_ms: hour });
    expect(empty.topic_id).toMatch(/^[\w-]{22}$/);

    const messages = Array.from({ length: 300 }, (_, i) => ({ key: `order-${i}`, value: 'x'.repeat(100) }));
    await sendAll(target, topic, messages);
    const full = await topicStatus(target, topic);
    expect(full.topic_id).toBe(empty.topic_id);
    expect(full.messages).toBe(300);
    expect(full.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    for (const { earliest, latest, leader, replicas, in_sync: inSync, bytes } of full.partitions) {
      expect([earliest, leader, replicas, inSync]).toEqual([0, 1, 1, 1]);
      expect(latest).toBeGreaterThan(50);
      expect(bytes).toBeGreaterThan(latest * 100);
    }
    expect(full.bytes).toBe(full.partitions.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0));

    const admin = kafkaClient(target, 'test').admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // it wants the topic's metadata at hand
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '10' }] });
    await admin.disconnect();
    expect(await topicStatus(target, topic)).toMatchObject({
      messages: 290,
      partitions: [{ earliest: 0 }, { earliest: 10 }, { earliest: 0 }],
    });
  });

  it('of more partitions and a longer name than one byte counts', async () => {
    const topic = newTopic().padEnd(200, '-x');
    made.push(topic);
    await ensureTopic(target, { topic, partitions: 130, retentionMs: -1 });
    const status = await topicStatus(target, topic);
    expect(status).toMatchObject({ retention_ms: null, bytes: 0, topic_id: expect.any(String) });
    expect(status.partitions).toHaveLength(130);
  });

  it('of a topic that is not there names those that are', async () => {
    const topic = newTopic();
    await ensureTopic(target, { topic, partitions: 1, retentionMs: hour });
    await expect(topicStatus(target, 'nowhere')).rejects.toMatchObject({
      code: 'topic_unknown',
      message: `there is no topic nowhere at ${target.brokers[0]}`,
      suggestion: expect.stringMatching(/^one of: /),
    });
    await expect(topicStatus(target, 'nowhere')).rejects.toThrow('no topic');
  });
});

describe('the topic of order events', () => {
  const said: string[] = [];
  const progress: Progress = {
    ...silent,
    note: (line) => void said.push(`note ${line}`),
    warn: (line) => void said.push(`warn ${line}`),
  };

  it('is made, found again, and follows the retention of .env on a broker of ours', async () => {
    const settings = { topic: newTopic(), partitions: 2, retentionMs: hour };
    expect(await ensureShopTopic({ target, settings, ours: true, progress })).toBe(true);
    expect(await ensureShopTopic({ target, settings, ours: true, progress })).toBe(false);
    const longer = { ...settings, retentionMs: 3 * hour };
    expect(await ensureShopTopic({ target, settings: longer, ours: true, progress })).toBe(false);
    expect((await topicStatus(target, settings.topic)).retention_ms).toBe(3 * hour);
    expect(said).toEqual([`note topic ${settings.topic} keeps messages 3 h (before: 1 h)`]);
  });

  it('of another cluster, or with other partitions, is only told about', async () => {
    said.length = 0;
    const settings = { topic: newTopic(), partitions: 2, retentionMs: hour };
    await ensureShopTopic({ target, settings, ours: false, progress });
    const other = { ...settings, partitions: 6, retentionMs: 3 * hour };
    await ensureShopTopic({ target, settings: other, ours: false, progress });
    expect(said).toEqual([
      expect.stringMatching(/^warn topic \S+ has 2 partitions, KAFKA_TOPIC_PARTITIONS says 6/),
      expect.stringMatching(/^warn topic \S+ keeps messages 1 h, KAFKA_TOPIC_RETENTION_HOURS says 3 h/),
    ]);
    expect(await topicStatus(target, settings.topic)).toMatchObject({ retention_ms: hour });
  });
});
