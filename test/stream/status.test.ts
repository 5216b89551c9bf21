import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ordersTopic } from '../../src/kafka/orders-topic.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { connect } from '../../src/postgres/connection.ts';
import { identify, type ProcessId } from '../../src/process/process-table.ts';
import { RecordWriter } from '../../src/stream/record.ts';
import { pidFileOf, streamPidFiles, streamServiceStatus } from '../../src/stream/service.ts';
import { type StreamStatus, streamStatus } from '../../src/stream/status.ts';
import { readTopicOffsets } from '../../src/stream/topic-offsets.ts';
import { type TestBroker, testBroker } from '../support/broker.ts';
import { sendAll } from '../support/kafka.ts';
import { type Setting, streamSetting, writeLedger } from './setting.ts';

const me = identify(process.pid) as ProcessId;

describe('stream status', () => {
  let broker: TestBroker;
  let setting: Setting;
  let topic: { cluster_id: string; topic_id: string };
  const status = (): Promise<StreamStatus> => streamStatus(setting.config, setting.project);

  beforeAll(async () => {
    broker = await testBroker();
    await broker.supervisor.start(broker.service);
    await ensureTopic(broker.target, { topic: ordersTopic, partitions: 3, retentionMs: 3_600_000 });
    const messages = Array.from({ length: 30 }, (_, n) => ({ key: `key ${n}`, value: 'x' }));
    await sendAll(broker.target, ordersTopic, messages);
    topic = await readTopicOffsets(broker.target, ordersTopic);
    setting = await streamSetting(broker.target);
  });
  afterAll(async () => {
    await broker.remove();
    await setting.remove();
  });
  beforeEach(async () => {
    await setting.sql('delete from ops.streams');
    streamPidFiles(setting.project.home).remove('stream');
  });

  it('of one that never started', async () => {
    const { partitions, ...rest } = await status();
    expect(rest).toMatchObject({
      stream: 'orders',
      topic: 'shop.orders',
      state: 'stopped',
      pid: null,
      supervisor_pid: null,
      lag: 30,
      committed: {},
      events_per_s: null,
      latency_ms: { p50: null, p99: null },
      batches: 0,
      rejected: 0,
      notes: [],
    });
    expect(partitions.map(({ next_offset: next }) => next)).toEqual([null, null, null]);
    expect(streamServiceStatus(setting.project.home)).toEqual([]);
  });

  it('has lag, counts and totals from ledger and Kafka', async () => {
    const { partitions } = await status();
    const latest = partitions.map((partition) => partition.latest ?? 0);
    await writeLedger(setting, { ...topic, committed: { 0: latest[0] ?? 0, 1: 1, 2: 0 } });
    await setting.sql(
      'update ops.streams set batches = 2, read = 9, applied = 3, superseded = 2, stale = 1, duplicate = 1, rejected = 2, skipped = 4',
    );
    expect(await status()).toMatchObject({
      lag: (latest[1] ?? 0) - 1 + (latest[2] ?? 0),
      committed: { 0: latest[0], 1: 1, 2: 0 },
      partitions: [{ lag: 0 }, { lag: (latest[1] ?? 0) - 1 }, { lag: latest[2] }],
      batches: 2,
      rejected: 2,
      totals: { read: 9, applied: 3, superseded: 2, stale: 1, duplicate: 1, rejected: 2, skipped: 4 },
    });
  });

  it('has rate and latency of the last minute alone', async () => {
    await writeLedger(setting, { ...topic, committed: { 0: 0 } });
    const batch = (read: number, latency: object, age: string): Promise<unknown> =>
      setting.sql(
        `insert into ops.stream_batches
          (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds, committed_at)
        values ('orders', 1, '{}', $1, $1, 0, 0, 0, 0, 0, $2, '{}', clock_timestamp() - $3::interval)`,
        [read, latency, age],
      );
    await batch(300, { 50: 300 }, '30 s');
    await batch(300, { 50: 290, 70: 10 }, '10 s');
    await batch(5_000, { 120: 5_000 }, '61 s');
    const { events_per_s: rate, latency_ms: latency } = await status();
    expect(rate).toBe(10);
    expect(latency).toEqual({ p50: 117.4, p99: 789.8 });
    // A driver that started five seconds ago has done neither.
    await setting.sql(`update ops.streams set started_at = clock_timestamp() - interval '5 s'`);
    expect((await status()).events_per_s).toBeNull();
    await batch(50, { 10: 50 }, '1 s');
    expect((await status()).events_per_s).toBeGreaterThan(8);
  });

  it.each([
    ['running', null, 3, true, 'running', null],
    ['waiting', 'kafka is away', 3, true, 'waiting', 'kafka is away'],
    ['stopped', null, 3, false, 'stopped', null],
    ['failed', 'gap: a gap', 3, false, 'failed', 'gap: a gap'],
    ['running', null, 3, false, 'failed', 'its driver (pid 4711 at elsewhere) ended without a word'],
    ['running', null, 45, true, 'running', 'its driver (pid 4711 at elsewhere) was last heard of 45 s ago'],
  ])('of one in the foreground, ledger %s, %s, heartbeat %i s ago, lock %s: %s', async (...row) => {
    const [said, detail, heartbeat, held, state, told] = row;
    await writeLedger(setting, { ...topic, state: said, detail, pid: 4711, heartbeat, committed: { 0: 0 } });
    const holder = held ? await connect(setting.database.stream) : null;
    await holder?.query(`select pg_advisory_lock(hashtextextended('shop-pipe stream orders', 0))`);
    try {
      const found = await status();
      expect(found).toMatchObject({ state, detail: told, supervisor_pid: null });
      expect(found.pid).toBe(state === 'running' || state === 'waiting' ? 4711 : null);
    } finally {
      await holder?.end();
    }
  });

  it('says when the topic is another one', async () => {
    await writeLedger(setting, { ...topic, topic_id: 'AAAAAAAAAAAAAAAAAAAAAA', committed: { 0: 100 } });
    const { notes, lag } = await status();
    expect(notes).toEqual([
      'topic shop.orders is another one than the stream has read: shop-pipe stream reset',
    ]);
    expect(lag).toBeGreaterThanOrEqual(0);
  });

  describe('of one in the background', () => {
    const start = (id: ProcessId = me): RecordWriter => {
      streamPidFiles(setting.project.home).write('stream', pidFileOf(id, setting.config));
      return new RecordWriter(setting.project.home, id);
    };

    it('is what its supervisor says', async () => {
      const record = start();
      record.update({ state: 'running', driver: { pid: 4712, startTime: '1' }, restarts: 2 });
      expect(await status()).toMatchObject({
        state: 'running',
        pid: 4712,
        supervisor_pid: process.pid,
        restarts: 2,
      });
      expect(streamServiceStatus(setting.project.home)).toEqual([
        {
          name: 'stream',
          state: 'healthy',
          pid: process.pid,
          endpoint: `shop.orders at ${broker.target.brokers[0]}`,
          version: null,
        },
      ]);
      record.update({ state: 'waiting', detail: 'starts again in 4 s: …', driver: null });
      expect(await status()).toMatchObject({ state: 'waiting', pid: null, detail: 'starts again in 4 s: …' });
      expect(streamServiceStatus(setting.project.home)).toMatchObject([{ state: 'unhealthy' }]);
    });

    it('failed with the reason and the remedy where the supervisor gave up', async () => {
      const gone = { pid: 2 ** 22 - 1, startTime: '1' };
      const lastError = {
        at: '2026-01-01T00:00:00.000Z',
        kind: 'data',
        code: 'gap',
        message: 'a gap',
        suggestion: 's',
      };
      start(gone).update({ state: 'failed', lastError: lastError as never });
      const { kind: _, ...shown } = lastError;
      expect(await status()).toMatchObject({
        state: 'failed',
        detail: 'a gap',
        pid: null,
        supervisor_pid: null,
        last_error: shown,
      });
      expect(streamServiceStatus(setting.project.home)).toMatchObject([{ state: 'failed', pid: null }]);
    });

    it('failed for no known reason where the supervisor was killed, whatever its driver had got over', async () => {
      const gone = { pid: 2 ** 22 - 1, startTime: '1' };
      const lastError = { at: '2026-01-01T00:00:00.000Z', kind: 'environment', code: 'spark_killed' };
      start(gone).update({
        state: 'running',
        lastError: { ...lastError, message: 'killed', suggestion: null } as never,
      });
      expect(await status()).toMatchObject({
        state: 'failed',
        detail: 'its supervisor is gone without a word',
        last_error: { code: 'spark_killed' },
      });
    });

    it('can be asked where Postgres is away, one that does not run cannot', async () => {
      const away = { ...setting.config, postgres: { ...setting.config.postgres } };
      away.postgres.owner = { ...away.postgres.owner, port: 1 };
      start().update({ state: 'waiting', detail: 'postgres is away' });
      expect(await streamStatus(away, setting.project)).toMatchObject({
        state: 'waiting',
        lag: null,
        committed: {},
        notes: [expect.stringContaining('cannot reach postgres')],
      });
      streamPidFiles(setting.project.home).remove('stream');
      await expect(streamStatus(away, setting.project)).rejects.toMatchObject({
        code: 'postgres_unreachable',
      });
    });
  });

  it('has no lag, and a note, where Kafka is away', async () => {
    await writeLedger(setting, { ...topic, committed: { 0: 1, 1: 2 } });
    const away = { ...setting.config, kafka: { ...setting.config.kafka } };
    away.kafka.target = { ...away.kafka.target, brokers: ['127.0.0.1:1'] };
    expect(await streamStatus(away, setting.project)).toMatchObject({
      lag: null,
      partitions: [
        { next_offset: 1, latest: null, lag: null },
        { next_offset: 2, latest: null, lag: null },
      ],
      notes: [expect.stringMatching(/^the lag is not known: kafka at 127\.0\.0\.1:1 does not answer/)],
    });
  });
});
