import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type Verification, verify } from '../../src/verify/verify.ts';
import { dropTopics, testKafka } from '../support/kafka.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { fillShop } from './small-shop.ts';
import { deleteBefore, eventOf, HandStream, type Sent, sendTo, smallTopic, uuidOf } from './small-stream.ts';

const timezone = 'America/Sao_Paulo';
const kafka = testKafka();
const topics: string[] = [];
let db: TestDatabase;
let topic: string;

const message = (n: number, version: number): Sent => ({
  partition: n % 2,
  value: JSON.stringify(eventOf(n, version)),
});
const ofUnknownProduct: Sent = {
  partition: 1,
  value: JSON.stringify(
    eventOf(99, 1, { lines: [{ product_id: uuidOf('nothing'), quantity: 1, price: '1' }] }),
  ),
};
/** Late, doubled, stale and broken ones among the messages of 30 orders; partition 0 holds the even orders. */
const batches: Sent[][] = [
  [...Array.from({ length: 30 }, (_, n) => message(n, 1)), { partition: 0, value: 'not json' }],
  [message(0, 3), message(0, 2), message(1, 2), message(1, 2), message(2, 5), { partition: 1, value: '{}' }],
  [message(0, 2), message(3, 2), ofUnknownProduct, message(4, 3), message(4, 4), message(2, 5)],
];
const all = batches.flat();
const offsetOf = (partition: number, sent: Sent): number =>
  all.filter((other) => other.partition === partition).indexOf(sent);

beforeAll(async () => {
  topic = await smallTopic(kafka);
  topics.push(topic);
  await sendTo(kafka, topic, all);
});
beforeEach(async () => {
  db = await testDatabase();
  await withClient(db.owner, fillShop);
  await fillFrom(topic);
  return () => db.drop();
});
afterAll(() => dropTopics(kafka, topics));

async function fillFrom(name: string): Promise<HandStream> {
  await run(`delete from shop.orders where version > 0; delete from ops.streams; delete from ops.rejects`);
  const stream = await HandStream.start(db.owner, kafka, name);
  for (const batch of batches) await stream.take(batch);
  return stream;
}
const run = (sql: string, values: unknown[] = []) =>
  withClient(db.owner, (client) => client.query(sql, values));
const look = (options: { signal?: AbortSignal; progress?: typeof silent } = {}): Promise<Verification> =>
  verify({ owner: db.owner, timezone, kafka, progress: silent, ...options }, { deep: true });
/** Of the deep checks: others look at less. */
const failing = (found: Verification): Record<string, string | number> =>
  Object.fromEntries(
    found.checks
      .filter(({ name, ok }) => !ok && name.startsWith('deep_'))
      .map(({ name, actual }) => [name, actual]),
  );
const order = (n: number): string => `order_id = '${uuidOf(`streamed${n}`)}'`;

describe('the fold of Kafka', () => {
  it('is what the shop holds', async () => {
    const found = await look();
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(Object.fromEntries(found.checks.map(({ name, actual }) => [name, actual]))).toMatchObject({
      deep_messages: `${all.length} messages`,
      deep_rejects: '3 rejected messages',
      deep_versions: '30 orders',
      deep_orders: '30 orders',
    });
    expect(found.deep).toMatchObject({ messages: all.length, orders: 30, deleted: 0, complete: true });
    expect(found.deep?.events_per_s).toBeGreaterThan(0);
  });

  it('shows how far it is', async () => {
    const seen: string[] = [];
    await look({
      progress: {
        ...silent,
        step: (label, total) => ({
          advance: (done) => void seen.push(`${label} ${done}/${total?.of ?? '?'}`),
          end: (summary) => void seen.push(`${label}: ${summary}`),
          fail: () => undefined,
        }),
      },
    });
    expect(seen).toContain(`folding Kafka again ${all.length}/${all.length}`);
    expect(seen).toContainEqual(expect.stringMatching(/^folding Kafka again: 43 messages, [\d,]+\/s$/));
  });

  it('ends at the ledger: what came since does not count', async () => {
    const own = await smallTopic(kafka);
    topics.push(own);
    await sendTo(kafka, own, [...all, message(5, 4), { partition: 1, value: 'later' }]);
    await fillFrom(own);
    const found = await look();
    expect(failing(found)).toEqual({});
    expect(found.streams[0]?.lag).toBe(2);
  });

  it('leaves no group behind', async () => {
    await look();
    const { kafkaClient } = await import('../../src/kafka/client.ts');
    const admin = kafkaClient(kafka, 'test').admin();
    await admin.connect();
    const { groups } = await admin.listGroups();
    await admin.disconnect();
    expect(groups.filter(({ groupId }) => groupId.includes('verify'))).toEqual([]);
  });

  it('is empty for a stream that has read nothing', async () => {
    await run(`delete from shop.orders where version > 0; delete from ops.rejects; delete from ops.streams`);
    await HandStream.start(db.owner, kafka, topic);
    const found = await look();
    expect(failing(found)).toEqual({});
    expect(found.deep).toMatchObject({ messages: 0, orders: 0, complete: true });
  });

  it('is nothing for a shop without a stream', async () => {
    await run('delete from ops.streams');
    expect(await look()).toMatchObject({ deep: null, streams: [] });
  });

  it('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const step = { advance: () => undefined, end: () => undefined, fail: () => undefined };
    const progress = {
      ...silent,
      step: (label: string) => {
        if (label.startsWith('folding')) controller.abort();
        return step;
      },
    };
    await expect(look({ progress, signal: controller.signal })).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });
});

describe('an order that is not what its messages say', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'is gone',
      `delete from shop.orders where ${order(7)}`,
      'deep_orders',
      /is missing, Kafka has its version 1/,
    ],
    [
      'went back in its versions',
      `update shop.orders set version = 1 where ${order(0)}`,
      'deep_versions',
      /went back to version 1, Kafka has 3/,
    ],
    [
      'is as a seed made it',
      `update shop.orders set version = 0, status_at = null where ${order(0)}`,
      'deep_versions',
      /went back to version 0, Kafka has 3/,
    ],
    [
      'is ahead of its messages',
      `update shop.orders set version = 9 where ${order(0)}`,
      'deep_versions',
      /is at version 9, Kafka has only 3/,
    ],
    [
      'has no message',
      `insert into shop.orders select gen_random_uuid(), product_id, customer_id, 1, 1, order_timestamp, status, 1, now() from shop.orders where ${order(0)}`,
      'deep_orders',
      /is at version 1, of which Kafka has no message/,
    ],
    [
      'has another status',
      `update shop.orders set status = 'approved' where ${order(0)}`,
      'deep_orders',
      /status approved instead of shipped/,
    ],
    [
      'changed at another time',
      `update shop.orders set status_at = status_at + interval '1 millisecond' where ${order(0)}`,
      'deep_orders',
      /status_at .* instead of /,
    ],
    [
      'was placed at another time',
      `update shop.orders set order_timestamp = order_timestamp - interval '1 microsecond' where ${order(0)}`,
      'deep_orders',
      /order_timestamp .* instead of /,
    ],
    [
      'has another customer',
      `update shop.orders set customer_id = md5('customer1')::uuid where ${order(0)}`,
      'deep_orders',
      /customer_id .* instead of /,
    ],
    [
      'lost a line',
      `delete from shop.orders where ${order(0)} and quantity = 2`,
      'deep_orders',
      /product_ids .* instead of .*, quantities .* instead of .*, prices .* instead of /,
    ],
    [
      'got a line',
      `insert into shop.orders select order_id, md5('product15')::uuid, customer_id, 1, 1, order_timestamp, status, version, status_at from shop.orders where ${order(0)} limit 1`,
      'deep_orders',
      /product_ids .* instead of /,
    ],
    [
      'has another quantity',
      `update shop.orders set quantity = 7 where ${order(0)} and quantity = 2`,
      'deep_orders',
      /quantities \{.*7.*\} instead of /,
    ],
    [
      'has another price',
      `update shop.orders set price = 0.06 where ${order(0)} and quantity = 2`,
      'deep_orders',
      /prices \{.*0\.06.*\} instead of \{.*0\.05.*\}/,
    ],
    [
      'has one line of another state',
      `update shop.orders set status = 'created' where ${order(0)} and quantity = 2`,
      'deep_orders',
      /2 orders differing/,
    ],
  ])('%s', async (_, sql, check, finding) => {
    await run(sql);
    const found = failing(await look());
    expect(Object.keys(found)).toEqual([check]);
    expect(found[check]).toMatch(finding);
  });
});

describe('rejects that are not what Kafka holds', () => {
  const broken = offsetOf(0, all.find(({ value }) => value === 'not json') as Sent);
  const unknown = offsetOf(1, ofUnknownProduct);
  it.each<[string, string, RegExp]>([
    [
      'a lost one',
      `delete from ops.rejects where kafka_partition = 0`,
      new RegExp(`^partition 0 offset ${broken} \\(malformed_json\\) is not in ops.rejects$`),
    ],
    [
      'one of a good message',
      `insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset) select topic, 'x', 'malformed_json', '', 0, 3 from ops.streams`,
      /^partition 0 offset 3 is an order event, but was rejected as malformed_json$/,
    ],
    [
      'a broken message that is taken for one of an unknown product',
      `update ops.rejects set reason = 'unknown_product: x' where kafka_partition = 0`,
      /\(malformed_json\) was rejected as unknown_product: x/,
    ],
    [
      'one of an unknown product that is taken for a broken one',
      `update ops.rejects set reason = 'value: broken' where kafka_offset = ${unknown} and kafka_partition = 1`,
      /is an order event, but was rejected as value: broken/,
    ],
  ])('%s', async (_, sql, finding) => {
    await run(sql);
    expect(failing(await look())['deep_rejects']).toMatch(finding);
  });

  it('a lost one of an unknown product makes its order missing', async () => {
    await run(`delete from ops.rejects where reason like 'unknown_product%'`);
    expect(failing(await look())['deep_orders']).toMatch(/1 order differing: .* is missing/);
  });

  it('but retention may have taken it', async () => {
    await run(`delete from ops.rejects where reason not like 'unknown_product%';
      insert into ops.settings values ('rejects_pruned', jsonb_build_object('before', now() + interval '1 hour'))`);
    expect(failing(await look())).toEqual({});
  });
});

describe('messages that are gone', () => {
  it('more were read than Kafka has', async () => {
    await run('update ops.streams set read = read + 1, applied = applied + 1');
    expect(failing(await look())).toEqual({
      deep_messages: 'orders counts 44 messages read, Kafka has 43 in its ledger',
    });
  });

  it('deleted by retention: what is there is compared, and orders may be ahead of it', async () => {
    const own = await smallTopic(kafka);
    topics.push(own);
    await sendTo(kafka, own, all);
    await fillFrom(own);
    // All of partition 0 but the last message, which is an old version of order 2 once more.
    await deleteBefore(kafka, own, 0, 10);
    await run(`update shop.orders set version = version + 1 where ${order(2)}`);
    const found = await look();
    expect(failing(found)).toEqual({});
    expect(found.deep).toMatchObject({ deleted: 10, complete: false });
    await run(`update shop.orders set version = 1 where ${order(2)}`);
    expect(failing(await look())).toMatchObject({
      deep_versions: expect.stringMatching(/went back to version 1/),
    });
    await run(`update shop.orders set version = 5, status = 'created' where ${order(2)}`);
    expect(failing(await look())).toMatchObject({ deep_orders: expect.stringMatching(/status created/) });
  });

  it('after a reset, orders from before it need no message', async () => {
    await run(`insert into shop.orders select gen_random_uuid(), product_id, customer_id, 1, 1, order_timestamp, status, 1, now()
      from shop.orders where ${order(0)}`);
    expect(Object.keys(failing(await look()))).toEqual(['deep_orders']);
    await run(
      `insert into ops.settings values ('stream_reset', jsonb_build_object('at', now() - interval '1 hour'));
      insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset, rejected_at)
      values ('${topic}', 'of the topic that was', 'malformed_json', '', 0, 3, now() - interval '2 hours')`,
    );
    const found = await look();
    expect(failing(found)).toEqual({});
    expect(found.deep).toMatchObject({ deleted: 0, complete: false });
  });

  it('another topic is not folded', async () => {
    await run(`update ops.streams set topic_id = 'another'`);
    const found = await look();
    expect(failing(found)).toEqual({ deep_messages: expect.stringMatching(/made again as/) });
    expect(found.deep).toBeNull();
  });
});
