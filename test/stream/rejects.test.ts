import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { silent } from '../../src/progress.ts';
import type { RejectFilter } from '../../src/stream/rejects/filter.ts';
import { countRejects, listRejects } from '../../src/stream/rejects/list.ts';
import { pruneRejects } from '../../src/stream/rejects/prune.ts';
import { type Replayed, replayRejects } from '../../src/stream/rejects/replay.ts';
import { rawReject, shown, showReject } from '../../src/stream/rejects/show.ts';
import { topicContents } from '../events/producer/topic-contents.ts';
import { dropTopics, testKafka, testTopic } from '../support/kafka.ts';
import { type Setting, streamSetting } from './setting.ts';

const kafka = testKafka();
const topic = testTopic();
let setting: Setting;

beforeAll(async () => {
  await ensureTopic(kafka, { topic, partitions: 2, retentionMs: 3_600_000 });
  setting = await streamSetting(kafka);
});
afterAll(async () => {
  await dropTopics(kafka, [topic]);
  await setting.remove();
});
beforeEach(() => setting.sql('truncate ops.rejects restart identity'));

interface Message {
  reason?: string;
  key?: Buffer | null;
  payload?: Buffer;
  source?: string;
  age?: string;
}
let offset = 0;

/** As a merge keeps what it refuses. */
async function refuse({
  reason = 'unknown_product',
  key,
  payload,
  source = topic,
  age = '0 s',
}: Message = {}): Promise<number> {
  const [row] = await setting.sql(
    `insert into ops.rejects
      (source, position, reason, payload, message_key, kafka_partition, kafka_offset, produced_at, rejected_at)
    values ($1, 'partition 1 offset ' || $5::bigint, $2, $3, $4, 1, $5, clock_timestamp(), clock_timestamp() - $6::interval)
    returning reject_id`,
    [
      source,
      reason,
      payload ?? Buffer.from('{}'),
      key === undefined ? Buffer.from('key') : key,
      offset++,
      age,
    ],
  );
  return Number(row?.['reject_id']);
}

async function refuseLine(): Promise<number> {
  const [row] = await setting.sql(
    `insert into ops.rejects (source, position, reason, payload)
    values ('olist_orders_dataset.csv', 'line 8', 'duplicate', 'a,b') returning reject_id`,
  );
  return Number(row?.['reject_id']);
}

describe('rejects list', () => {
  it('has the newest first, and how many there are', async () => {
    for (let n = 0; n < 5; n++) await refuse();
    const { rejects, total } = await listRejects(setting.database.owner, {}, 2);
    expect([rejects.map((reject) => reject.reject_id), total]).toEqual([[5, 4], 5]);
    expect(rejects[0]).toEqual({
      reject_id: 5,
      source: topic,
      position: expect.stringMatching(/^partition 1 offset \d+$/),
      reason: 'unknown_product',
      bytes: 2,
      rejected_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      replayed_at: null,
    });
  });

  it('can be narrowed by source and by reason, whole or up to its colon', async () => {
    await refuse({ reason: 'version: expected an integer' });
    await refuse({ reason: 'versions: too many' });
    await refuse({ reason: 'version' });
    await refuse({ source: 'other', reason: 'version' });
    const ids = async (filter: RejectFilter): Promise<number[]> =>
      (await listRejects(setting.database.owner, filter, 50)).rejects.map((reject) => reject.reject_id);
    expect(await ids({ reason: 'version' })).toEqual([4, 3, 1]);
    expect(await ids({ reason: 'version', source: topic })).toEqual([3, 1]);
    expect(await ids({ reason: `' or true --` })).toEqual([]);
  });

  it('counts by source and reason', async () => {
    await refuse();
    await refuse();
    await refuse({ reason: 'malformed_json' });
    await refuseLine();
    await setting.sql('update ops.rejects set replayed_at = now() where reject_id = 1');
    const counts = await countRejects(setting.database.owner, {});
    for (const { newest_at: newest } of counts)
      expect(Date.parse(newest)).toBeGreaterThan(Date.now() - 60_000);
    expect(
      counts.map(({ source, reason, rejects, replayed }) => ({ source, reason, rejects, replayed })),
    ).toEqual(
      [
        { source: topic, reason: 'unknown_product', rejects: 2, replayed: 1 },
        { source: 'olist_orders_dataset.csv', reason: 'duplicate', rejects: 1, replayed: 0 },
        { source: topic, reason: 'malformed_json', rejects: 1, replayed: 0 },
      ].toSorted((a, b) => b.rejects - a.rejects || (a.source < b.source ? -1 : 1)),
    );
  });
});

describe('rejects show', () => {
  it('has all fields', async () => {
    const id = await refuse({ payload: Buffer.from('{"é":1}') });
    expect(await showReject(setting.database.owner, id)).toEqual({
      reject_id: id,
      source: topic,
      position: `partition 1 offset ${offset - 1}`,
      reason: 'unknown_product',
      rejected_at: expect.any(String),
      kafka_partition: 1,
      kafka_offset: offset - 1,
      produced_at: expect.any(String),
      replayed_at: null,
      message_key: { encoding: 'utf8', text: 'key', bytes: 3, cut: false },
      payload: { encoding: 'utf8', text: '{"é":1}', bytes: 8, cut: false },
    });
    expect(await showReject(setting.database.owner, await refuseLine())).toMatchObject({
      kafka_partition: null,
      kafka_offset: null,
      message_key: null,
      payload: { text: 'a,b' },
    });
    await expect(showReject(setting.database.owner, 77)).rejects.toMatchObject({ code: 'reject_unknown' });
  });

  it('shows bytes that are no text in base64, and the beginning of huge ones', async () => {
    const bytes = randomBytes(40_000);
    const { payload } = await showReject(setting.database.owner, await refuse({ payload: bytes }));
    expect([payload.encoding, payload.bytes, payload.cut]).toEqual(['base64', 40_000, true]);
    expect(Buffer.from(payload.text, 'base64').equals(bytes.subarray(0, 16_384))).toBe(true);
    expect((await rawReject(setting.database.owner, 1)).equals(bytes)).toBe(true);
  });

  it('cuts no character in two', () => {
    const text = Buffer.from('aé');
    expect(shown(text.subarray(0, 2).toString('base64'), 3)).toEqual({
      encoding: 'utf8',
      text: 'a',
      bytes: 3,
      cut: true,
    });
    expect(shown(text.subarray(0, 2).toString('base64'), 2)).toMatchObject({
      encoding: 'base64',
      cut: false,
    });
    expect(shown('', 0)).toEqual({ encoding: 'utf8', text: '', bytes: 0, cut: false });
  });
});

describe('rejects replay', () => {
  const replay = (
    filter: RejectFilter,
    again = false,
    signal = new AbortController().signal,
  ): Promise<Replayed> =>
    replayRejects({ owner: setting.database.owner, kafka, progress: silent, signal }, filter, again);
  /** Messages by partition: which one is read first differs from read to read. */
  const contents = async (): Promise<[string, Buffer][][]> => {
    const messages = await topicContents(kafka, topic);
    return [0, 1].map((wanted) =>
      messages
        .filter(({ partition }) => partition === wanted)
        .map(({ key, value }): [string, Buffer] => [key, value]),
    );
  };
  let before: number[] = [];
  const sent = async (): Promise<[string, Buffer][]> =>
    (await contents()).flatMap((messages, partition) => messages.slice(before[partition]));
  beforeEach(async () => {
    before = (await contents()).map((messages) => messages.length);
  });

  it('sends key and bytes as they came, once', async () => {
    const odd = Buffer.from([0, 255, 128, 10]);
    await refuse({ payload: odd });
    await refuse({ payload: Buffer.from('{"a":1}') });
    await refuseLine();
    expect(await replay({})).toEqual({ replayed: 2, by_topic: { [topic]: 2 }, skipped: 0 });
    expect(await sent()).toEqual([
      ['key', odd],
      ['key', Buffer.from('{"a":1}')],
    ]);
    expect(await setting.sql('select reject_id from ops.rejects where replayed_at is null')).toEqual([
      { reject_id: '3' },
    ]);
    expect(await replay({})).toEqual({ replayed: 0, by_topic: {}, skipped: 2 });
    expect(await replay({ ids: [1] }, true)).toEqual({ replayed: 1, by_topic: { [topic]: 1 }, skipped: 0 });
    expect(await sent()).toHaveLength(3);
  });

  it('keeps keys that are no text, and none', async () => {
    await refuse({ key: null, payload: Buffer.from('none') });
    await refuse({ key: Buffer.from([255, 0]), payload: Buffer.from('bytes') });
    await replay({});
    expect((await sent()).map(([, value]) => String(value)).toSorted()).toEqual(['bytes', 'none']);
  });

  it('takes those of a reason alone', async () => {
    await refuse();
    await refuse({ reason: 'malformed_json' });
    expect(await replay({ reason: 'unknown_product' })).toMatchObject({ replayed: 1 });
    expect(await setting.sql('select reject_id from ops.rejects where replayed_at is not null')).toEqual([
      { reject_id: '1' },
    ]);
  });

  it('sends many, and huge ones, within what a broker takes', async () => {
    const huge = Buffer.alloc(900_000, 'x');
    await refuse({ payload: huge });
    await refuse({ payload: huge });
    await setting.sql(
      `insert into ops.rejects (source, position, reason, payload, message_key, kafka_partition, kafka_offset)
      select $1, 'p', 'r', convert_to(repeat('y', 1000), 'UTF8'), convert_to('key ' || n, 'UTF8'), 0, n
      from generate_series(1, 3000) n`,
      [topic],
    );
    expect(await replay({})).toMatchObject({ replayed: 3_002 });
    expect(await sent()).toHaveLength(3_002);
  });

  it('refuses what is no message, and what is not there', async () => {
    const line = await refuseLine();
    for (const filter of [{ ids: [line] }, { source: 'olist_orders_dataset.csv' }])
      await expect(replay(filter)).rejects.toMatchObject({
        kind: 'usage',
        code: 'not_from_kafka',
        message: expect.stringContaining('olist_orders_dataset.csv'),
      });
    await expect(replay({ ids: [99] })).rejects.toMatchObject({ code: 'reject_unknown' });
  });

  it('says that a topic is gone, and makes none', async () => {
    await refuse({ source: 'test.gone' });
    await expect(replay({})).rejects.toMatchObject({ code: 'topic_missing' });
    expect(await setting.sql('select from ops.rejects where replayed_at is not null')).toEqual([]);
  });

  it('stops at Ctrl-C with the rest left for later', async () => {
    await refuse();
    const stop = new AbortController();
    stop.abort();
    await expect(replay({}, false, stop.signal)).rejects.toMatchObject({ kind: 'interrupted' });
    expect(await replay({})).toMatchObject({ replayed: 1 });
  });
});

describe('rejects prune', () => {
  const left = async (): Promise<unknown[]> =>
    (await setting.sql('select reject_id from ops.rejects order by 1')).map((row) => row['reject_id']);
  const before = async (): Promise<string | undefined> =>
    (
      await setting.sql(`select value ->> 'before' as at from ops.settings where name = 'rejects_pruned'`)
    )[0]?.['at'] as string | undefined;

  it('deletes what is older, and books it for verify', async () => {
    await refuse({ age: '31 days' });
    await refuse({ age: '29 days' });
    await refuse({ age: '40 days', source: 'other' });
    const days = 86_400;
    const first = await pruneRejects(setting.database.owner, { source: topic }, 30 * days);
    expect([first.pruned, await left()]).toEqual([1, ['2', '3']]);
    expect(Date.parse((await before()) ?? '')).toBe(Date.parse(first.before));
    // An earlier instant takes nothing back.
    expect(await pruneRejects(setting.database.owner, {}, 50 * days)).toMatchObject({ pruned: 0 });
    expect(Date.parse((await before()) ?? '')).toBe(Date.parse(first.before));
    expect(await pruneRejects(setting.database.owner, {}, 0)).toMatchObject({ pruned: 2 });
  });
});
