import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type Verification, type VerifyOptions, verify } from '../../src/verify/verify.ts';
import { dropTopics, testKafka } from '../support/kafka.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { fillShop } from './small-shop.ts';
import { deleteBefore, eventOf, HandStream, type Sent, sendTo, smallTopic, uuidOf } from './small-stream.ts';

const timezone = 'America/Sao_Paulo';
const kafka = testKafka();
const topics: string[] = [];
let db: TestDatabase;
let topic: string;

/** 40 messages in three batches: every order twice, two refused ones, one of an unknown product. */
const batches: Sent[][] = [0, 1, 2].map((batch) => {
  const event = (n: number, version: number): Sent => ({
    partition: n % 2,
    value: JSON.stringify(eventOf(n, version)),
  });
  const orders = Array.from({ length: 6 }, (_, n) => 6 * batch + n);
  return [
    ...orders.map((n) => event(n, 1)),
    ...orders.map((n) => event(n, 2)),
    { partition: 0, value: 'not json' },
    ...(batch === 2
      ? [
          {
            partition: 1,
            value: JSON.stringify(
              eventOf(99, 1, { lines: [{ product_id: uuidOf('nothing'), quantity: 1, price: '1' }] }),
            ),
          },
        ]
      : []),
  ];
});

beforeAll(async () => {
  topic = await smallTopic(kafka);
  topics.push(topic);
  await sendTo(kafka, topic, batches.flat());
});
beforeEach(async () => {
  db = await testDatabase();
  await withClient(db.owner, fillShop);
  const stream = await HandStream.start(db.owner, kafka, topic);
  for (const batch of batches) await stream.take(batch);
  return () => db.drop();
});
afterAll(() => dropTopics(kafka, topics));

const run = (sql: string, values: unknown[] = []) =>
  withClient(db.owner, (client) => client.query(sql, values));
const look = (options: VerifyOptions & { kafka?: typeof kafka } = {}): Promise<Verification> =>
  verify({ owner: db.owner, timezone, kafka, progress: silent, ...options }, options);
const failing = (found: Verification): Record<string, string | number> =>
  Object.fromEntries(found.checks.filter(({ ok }) => !ok).map(({ name, actual }) => [name, actual]));

describe('a stream in which all is well', () => {
  it('passes, and says what was compared', async () => {
    const found = await look();
    expect(failing(found)).toEqual({});
    const checks = found.checks.map(({ name, actual }) => [name, actual]);
    expect(checks).toEqual(
      expect.arrayContaining([
        ['live_timezone', timezone],
        ['live_hourly_sales', expect.stringMatching(/^\d+ rows$/)],
        ['live_daily_product_sales', expect.stringMatching(/^\d+ rows$/)],
        ['orders_one_version', '418 orders'],
        ['stream_batches', '3 batches'],
        ['stream_ledger', '40 offsets'],
        ['stream_rejects', 4],
        ['ledger_kafka', "2 partitions within Kafka's offsets"],
      ]),
    );
    expect(found).toMatchObject({
      live: true,
      streams: [{ name: 'orders', topic, read: 40, rejected: 4, lag: 0, unchecked: null }],
      deep: null,
    });
    expect(failing(await look({ strict: true }))).not.toHaveProperty('stream_lag');
  });

  it('a partition that the ledger does not know yet, and one without messages, are no finding', async () => {
    await run(`insert into ops.stream_offsets values ('orders', 2, 0, 0)`);
    expect(failing(await look({ kafka: undefined as never }))).toEqual({});
    await run('delete from ops.stream_offsets where partition = 2');
    expect(failing(await look())).toEqual({});
  });

  it('without one there are no checks of streams', async () => {
    await run('delete from ops.streams');
    const found = await look();
    expect(found.streams).toEqual([]);
    expect(found.checks.filter(({ name }) => /^(stream|ledger)_/.test(name))).toEqual([]);
    expect(failing(found)).toEqual({});
  });

  it('retention may take the oldest batches', async () => {
    await run(`
      with gone as (delete from ops.stream_batches where batch_id = (select min(batch_id) from ops.stream_batches) returning read)
      update ops.streams set pruned_batches = 1, pruned_read = (select read from gone)`);
    expect(failing(await look())).toEqual({});
  });
});

describe('batches that are not what the stream did', () => {
  const last = '(select max(batch_id) from ops.stream_batches)';
  it.each<[string, string, RegExp]>([
    [
      'a gap',
      `update ops.stream_batches set offsets = jsonb_set(offsets, '{0,0}', '16'), skipped = -1 where batch_id = ${last}`,
      /leaves a gap on partition 0: begins at 16, the one before ended at 14/,
    ],
    [
      'an overlap',
      `update ops.stream_batches set offsets = jsonb_set(offsets, '{1,0}', '11') where batch_id = ${last}`,
      /repeats offsets of partition 1: begins at 11, the one before ended at 12/,
    ],
    [
      'one that goes back',
      `update ops.stream_batches set offsets = jsonb_set(offsets, '{1,1}', '10') where batch_id = ${last}`,
      /goes back on partition 1, from 12 to 10/,
    ],
    [
      'a lost first one',
      `delete from ops.stream_batches where batch_id = (select min(batch_id) from ops.stream_batches)`,
      /the batches of orders begin at 7 on partition 0, the ledger at 0/,
    ],
    [
      'a lost last one',
      `delete from ops.stream_batches where batch_id = ${last}`,
      /the batches of orders end at 14 on partition 0, the ledger at 21/,
    ],
    ['no batch at all', 'delete from ops.stream_batches', /sum up to 0 batches, the stream says 3/],
    [
      'a partition that the ledger lacks',
      `update ops.stream_batches set offsets = offsets || '{"7": [0, 0]}' where batch_id = ${last}`,
      /batches of orders read partition 7, which its ledger lacks/,
    ],
    [
      'a ledger that is ahead',
      'update ops.stream_offsets set next_offset = 22 where partition = 0',
      /end at 21 on partition 0, the ledger at 22/,
    ],
    [
      'a ledger that began earlier',
      `update ops.stream_batches set offsets = jsonb_set(offsets, '{0,0}', '1') where batch_id = (select min(batch_id) from ops.stream_batches)`,
      /begin at 1 on partition 0, the ledger at 0/,
    ],
    [
      'a batch that lost messages',
      `update ops.stream_batches set read = read - 1, applied = applied - 1 where batch_id = ${last}`,
      /took 14 offsets for 13 messages read and 0 skipped/,
    ],
    [
      'a batch that accounts for other messages than it read',
      `alter table ops.stream_batches drop constraint stream_batches_every_message_counted;
      update ops.stream_batches set stale = stale + 1 where batch_id = ${last}`,
      /read 14 messages but accounts for 15/,
    ],
    [
      'verdicts that do not add up to those of the stream',
      'update ops.streams set applied = applied - 1, stale = stale + 1',
      /sum up to \d+ applied, the stream says \d+/,
    ],
    [
      'a wrong number of batches',
      'update ops.streams set batches = 4',
      /sum up to 3 batches, the stream says 4/,
    ],
    [
      'more pruned than there was',
      'update ops.streams set pruned_batches = 1, pruned_read = 10',
      /sum up to 4 batches, the stream says 3/,
    ],
  ])('%s', async (_, sql, finding) => {
    await run(sql);
    expect(String(failing(await look())['stream_batches'])).toMatch(finding);
  });
});

describe('the ledger', () => {
  it('advances by what was read and skipped', async () => {
    await run('update ops.streams set skipped = 1');
    expect(failing(await look())['stream_ledger']).toBe(
      'orders advanced by 40 offsets for 40 messages read and 1 skipped',
    );
  });

  it('knows each message that it refused', async () => {
    const gone = `delete from ops.rejects where reject_id = (select min(reject_id) from ops.rejects)`;
    await run(gone);
    expect(failing(await look())).toEqual({
      stream_rejects: '3 of 4 that orders rejected are in ops.rejects',
    });
    await run(
      `insert into ops.settings values ('rejects_pruned', jsonb_build_object('before', now() + interval '1 hour'))`,
    );
    expect(failing(await look())).toEqual({});
  });

  it('has no rejects but its own', async () => {
    await run(`insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset)
      values ('${topic}', 'partition 1 offset 0', 'malformed_json', '', 1, 0)`);
    expect(failing(await look())).toEqual({
      stream_rejects: '5 of 4 that orders rejected are in ops.rejects',
    });
  });

  it('rejects since retention took the older ones are all there', async () => {
    await run(`update ops.stream_batches set committed_at = now() - interval '2 days' where batch_id < (select max(batch_id) from ops.stream_batches);
      insert into ops.settings values ('rejects_pruned', jsonb_build_object('before', now() - interval '1 day'));
      delete from ops.rejects where kafka_offset < 14 and kafka_partition = 0`);
    expect(failing(await look())).toEqual({});
    await run(`delete from ops.rejects where kafka_partition = 1`);
    expect(failing(await look())).toEqual({
      stream_rejects: '1 of 2 that orders rejected since retention took the older ones are in ops.rejects',
    });
  });

  it('counts no reject of before a reset', async () => {
    await run(`insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset, rejected_at)
      values ('${topic}', 'partition 1 offset 0', 'malformed_json', '', 1, 0, now() - interval '2 hours')`);
    expect(failing(await look())).toMatchObject({ stream_rejects: expect.stringMatching(/^5 of 4/) });
    await run(
      `insert into ops.settings values ('stream_reset', jsonb_build_object('at', now() - interval '1 hour'))`,
    );
    expect(failing(await look())).toEqual({});
  });

  it('takes a replayed reject for one that is still there', async () => {
    await run('update ops.rejects set replayed_at = now()');
    expect(failing(await look())).toEqual({});
  });
});

describe('the ledger against Kafka', () => {
  it.each<[string, string, RegExp]>([
    [
      'a topic that was made again',
      `update ops.streams set topic_id = 'another'`,
      /another, which was made again as /,
    ],
    [
      'another cluster',
      `update ops.streams set cluster_id = 'another'`,
      /reads cluster another, this one is /,
    ],
    [
      'a topic that is gone',
      `update ops.streams set topic = 'test.nothing'`,
      /test.nothing, which is not there/,
    ],
    [
      'a ledger past the end',
      'update ops.stream_offsets set next_offset = 22 where partition = 0',
      /orders is at 22 on partition 0 of .*, which ends at 21/,
    ],
    [
      'a partition that Kafka lacks',
      `insert into ops.stream_offsets values ('orders', 5, 0, 0)`,
      /reads partition 5 of .*, which is not there/,
    ],
  ])('%s', async (_, sql, finding) => {
    await run(sql);
    expect(String(failing(await look())['ledger_kafka'])).toMatch(finding);
  });

  it('messages that were deleted before they were read', async () => {
    const own = await smallTopic(kafka);
    topics.push(own);
    await sendTo(kafka, own, batches.flat());
    await run('delete from ops.streams');
    const stream = await HandStream.start(db.owner, kafka, own);
    await stream.take(batches[0] ?? []);
    await deleteBefore(kafka, own, 0, 9);
    expect(failing(await look())['ledger_kafka']).toBe(
      `orders is at 7 on partition 0 of ${own}, which begins at 9: 2 messages deleted before being read`,
    );
  });

  it('what is still to come is information, and fails only when strict', async () => {
    await sendTo(kafka, topic, [{ partition: 1, value: '{}' }]);
    const found = await look();
    expect(failing(found)).toEqual({});
    expect(found.streams[0]?.lag).toBe(1);
    expect(failing(await look({ strict: true }))).toMatchObject({ stream_lag: 1 });
  });

  it('a Kafka that is away is said, and is no check that passed', async () => {
    const nobody = { ...kafka, brokers: ['127.0.0.1:1'] };
    const found = await look({ kafka: nobody });
    expect(failing(found)).toEqual({});
    expect(found.checks.map(({ name }) => name)).not.toContain('ledger_kafka');
    expect(found.streams).toMatchObject([
      { lag: null, unchecked: expect.stringMatching(/cannot reach kafka/) },
    ]);
    expect(failing(await look({ kafka: nobody, strict: true }))).toMatchObject({
      kafka_asked: expect.stringMatching(/not orders: cannot reach kafka/),
    });
    await expect(look({ kafka: nobody, deep: true })).rejects.toMatchObject({ code: 'kafka_unreachable' });
  });

  it('is right under traffic: what is committed after the snapshot and before Kafka is asked', async () => {
    const own = await smallTopic(kafka);
    topics.push(own);
    await run('delete from ops.streams');
    const stream = await HandStream.start(db.owner, kafka, own);
    let going = true;
    const traffic = (async () => {
      for (let n = 0; going; n++) {
        const sent = [{ partition: n % 2, value: JSON.stringify(eventOf(1_000 + n, 1)) }];
        await sendTo(kafka, own, sent);
        await stream.take(sent);
        await deleteBefore(kafka, own, n % 2, Math.floor(n / 2) + 1);
      }
      return undefined;
    })();
    for (let round = 0; round < 8; round++) expect(failing(await look())).toEqual({});
    going = false;
    await traffic;
    expect((await look()).streams[0]?.read).toBeGreaterThan(5);
  });
});

describe('the rollups', () => {
  it.each<[string, string, string]>([
    [
      'a wrong number of orders in an hour',
      'update live.hourly_sales set orders = orders + 1',
      'live_hourly_sales',
    ],
    ['wrong revenue', 'update live.hourly_sales set revenue = revenue + 0.01', 'live_hourly_sales'],
    ['a lost hour', 'delete from live.hourly_sales where orders > 0', 'live_hourly_sales'],
    [
      'an hour too many',
      `insert into live.hourly_sales (order_hour, orders) values (now(), 1)`,
      'live_hourly_sales',
    ],
    [
      'a wrong cancellation',
      'update live.hourly_sales set canceled_revenue = canceled_revenue + 1 where cancellations > 0',
      'live_hourly_sales',
    ],
    [
      'wrong units of a product',
      'update live.daily_product_sales set units = units + 1',
      'live_daily_product_sales',
    ],
    [
      'a lost product',
      'delete from live.daily_product_sales where product_id = (select product_id from live.daily_product_sales limit 1)',
      'live_daily_product_sales',
    ],
  ])('%s', async (_, sql, check) => {
    await run(sql);
    expect(Object.keys(failing(await look()))).toEqual([check]);
  });

  it('an order that only the shop has fails both', async () => {
    await run(`insert into shop.orders select gen_random_uuid(), product_id, customer_id, 1, 1, now(), 'created'
      from shop.orders limit 1`);
    expect(Object.keys(failing(await look()))).toEqual(['live_hourly_sales', 'live_daily_product_sales']);
  });

  it('a row of zeros is as good as none', async () => {
    await run(`insert into live.hourly_sales (order_hour) values ('2001-01-01 00:00+00');
      insert into live.daily_product_sales (order_date, product_id) values ('2001-01-01', gen_random_uuid())`);
    expect(failing(await look())).toEqual({});
  });

  it('of another zone than the configured one', async () => {
    await run(`select live.rebuild('Asia/Kolkata')`);
    expect(failing(await look())).toEqual({ live_timezone: 'Asia/Kolkata' });
  });

  it('that were never made are not compared', async () => {
    await run(`delete from live.hourly_sales; delete from live.daily_product_sales;
      delete from ops.settings where name = 'live_timezone'; delete from ops.streams`);
    const found = await look();
    expect(found).toMatchObject({ ok: true, live: false });
    expect(found.checks.filter(({ name }) => name.startsWith('live'))).toEqual([]);
  });
});

describe('the rows of an order', () => {
  const one = `(order_id, product_id) = (select order_id, product_id from shop.orders where version = 2 order by 1, 2 limit 1)`;
  it.each([
    ['version', 'version = 1'],
    ['customer_id', `customer_id = md5('customer1')::uuid`],
    ['order_timestamp', `order_timestamp = order_timestamp + interval '1 microsecond'`],
    ['status', `status = 'shipped'`],
    ['status_at', 'status_at = null'],
  ])('agree on %s', async (column, change) => {
    await run(`update shop.orders set ${change} where ${one}`);
    expect(failing(await look())['orders_one_version']).toMatch(
      new RegExp(`^the rows of [0-9a-f-]{36} differ in ${column}$`),
    );
  });
});
