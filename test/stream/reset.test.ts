import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ordersTopic } from '../../src/kafka/orders-topic.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { connect } from '../../src/postgres/connection.ts';
import { identify, type ProcessId } from '../../src/process/process-table.ts';
import { type ResetResult, type ResetTo, resetStream } from '../../src/stream/reset.ts';
import { pidFileOf, streamPidFiles } from '../../src/stream/service.ts';
import { readTopicOffsets, type TopicOffsets } from '../../src/stream/topic-offsets.ts';
import { type TestBroker, testBroker } from '../support/broker.ts';
import { sendAll } from '../support/kafka.ts';
import { type Setting, streamSetting, writeLedger } from './setting.ts';

describe('stream reset', () => {
  let broker: TestBroker;
  let setting: Setting;
  let topic: TopicOffsets;
  let latest: Record<number, number>;
  const reset = (to: ResetTo): Promise<ResetResult> => resetStream(setting.config, setting.project, to);
  const offsets = (): Promise<unknown[]> =>
    setting.sql('select partition, first_offset, next_offset from ops.stream_offsets order by partition');

  beforeAll(async () => {
    broker = await testBroker();
    await broker.supervisor.start(broker.service);
    await ensureTopic(broker.target, { topic: ordersTopic, partitions: 2, retentionMs: 3_600_000 });
    await sendAll(
      broker.target,
      ordersTopic,
      Array.from({ length: 20 }, (_, n) => ({ key: `key ${n}`, value: 'x' })),
    );
    topic = await readTopicOffsets(broker.target, ordersTopic);
    latest = Object.fromEntries([...topic.partitions].map(([partition, range]) => [partition, range.latest]));
    setting = await streamSetting(broker.target);
  });
  afterAll(async () => {
    await broker.remove();
    await setting.remove();
  });
  beforeEach(async () => {
    await writeLedger(setting, { ...topic, pid: 4711, committed: { 0: 3, 1: 4 } });
    await setting.sql(`
      insert into ops.stream_batches
        (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds)
      values ('orders', 1, '{}', 7, 7, 0, 0, 0, 0, 0, '{}', '{}')`);
  });

  it('forgets the ledger and its batches', async () => {
    expect(await reset('earliest')).toEqual({
      stream: 'orders',
      topic: 'shop.orders',
      to: 'earliest',
      forgotten: { 0: 3, 1: 4 },
      committed: null,
      passed_over: 0,
    });
    expect(await setting.sql('select from ops.streams')).toHaveLength(0);
    expect([await offsets(), await setting.sql('select from ops.stream_batches')]).toEqual([[], []]);
    expect(await reset('earliest')).toMatchObject({ forgotten: null });
  });

  it('tells verify that orders may be of messages that no ledger names', async () => {
    await reset('earliest');
    const at = async (): Promise<unknown> =>
      (await setting.sql(`select value ->> 'at' as at from ops.settings where name = 'stream_reset'`))[0]?.[
        'at'
      ];
    const first = await at();
    expect(Date.parse(String(first))).toBeGreaterThan(Date.now() - 60_000);
    await reset('latest');
    expect(await at()).not.toBe(first);
  });

  it('begins at the latest offsets of the topic as it is now', async () => {
    const result = await reset('latest');
    expect(result).toMatchObject({ to: 'latest', committed: latest, passed_over: 20 - 7 });
    const [row] = await setting.sql(
      'select topic, cluster_id, topic_id, epoch, state, batches, read from ops.streams',
    );
    expect(row).toEqual({
      topic: 'shop.orders',
      cluster_id: topic.cluster_id,
      topic_id: topic.topic_id,
      epoch: '0',
      state: 'stopped',
      batches: '0',
      read: '0',
    });
    expect(await offsets()).toEqual(
      Object.entries(latest).map(([partition, next]) => ({
        partition: Number(partition),
        first_offset: String(next),
        next_offset: String(next),
      })),
    );
  });

  it('cannot say how much it passes over of a topic that is another one', async () => {
    await writeLedger(setting, { ...topic, topic_id: 'AAAAAAAAAAAAAAAAAAAAAA', committed: { 0: 300 } });
    expect(await reset('latest')).toMatchObject({
      forgotten: { 0: 300 },
      committed: latest,
      passed_over: null,
    });
  });

  describe('refuses while the stream runs', () => {
    const running = (message: string): object => ({
      code: 'stream_running',
      message: expect.stringContaining(message),
    });
    const untouched = async (): Promise<void> => expect(await offsets()).toHaveLength(2);

    it('as its lock says', async () => {
      const driver = await connect(setting.database.stream);
      await driver.query(`select pg_advisory_lock(hashtextextended('shop-pipe stream orders', 0))`);
      try {
        for (const to of ['earliest', 'latest'] as const)
          await expect(reset(to)).rejects.toMatchObject(running('pid 4711 at elsewhere'));
      } finally {
        await driver.end();
      }
      await untouched();
    });

    it('as its heartbeat says, though it has lost its connection', async () => {
      await setting.sql(`update ops.streams set state = 'waiting', heartbeat_at = clock_timestamp()`);
      await expect(reset('earliest')).rejects.toMatchObject(running('pid 4711 at elsewhere'));
      await untouched();
      await setting.sql(`update ops.streams set heartbeat_at = clock_timestamp() - interval '30 s'`);
      await reset('earliest');
    });

    it('as its supervisor says, between two drivers', async () => {
      const files = streamPidFiles(setting.project.home);
      files.write('stream', pidFileOf(identify(process.pid) as ProcessId, setting.config));
      try {
        await expect(reset('earliest')).rejects.toMatchObject(running(`pid ${process.pid}`));
      } finally {
        files.remove('stream');
      }
      await untouched();
    });
  });
});
