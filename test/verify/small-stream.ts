import { createHash } from 'node:crypto';
import { OrderFold, type Verdict } from '../../src/events/fold.ts';
import { readOrderEvent } from '../../src/events/read-event.ts';
import type { OrderEvent } from '../../src/events/schema.ts';
import { withAdmin } from '../../src/kafka/admin.ts';
import { kafkaClient } from '../../src/kafka/client.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import { readTopicOffsets } from '../../src/stream/topic-offsets.ts';
import { testTopic } from '../support/kafka.ts';

/** `md5(text)::uuid`, as small-shop.ts makes its ids. */
export const uuidOf = (text: string): string =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Version `version` of order `n`: two lines, prices with one and with two decimals, products not in their order. */
export function eventOf(n: number, version: number, changes: Partial<OrderEvent> = {}): OrderEvent {
  const status = (['created', 'approved', 'shipped', 'delivered'] as const)[version - 1] ?? 'canceled';
  const minute = (more: number): string => new Date(Date.UTC(2017, 9, 15, 2, 30 + n + more)).toISOString();
  return {
    event_id: uuidOf(`event${n}.${version}`),
    event_type: `order_${status}`,
    version,
    event_time: minute(version * 61),
    status,
    order_id: uuidOf(`streamed${n}`),
    order_timestamp: minute(0),
    customer: {
      id: uuidOf(`streamer${n % 7}`),
      name: `Streamer ${n % 7}`,
      email: `streamer${n % 7}@example.com`,
      created_at: '2017-10-01T00:00:00.000Z',
    },
    lines: [
      { product_id: uuidOf(`product${1 + (n % 5)}`), quantity: 1 + (n % 3), price: '19.9' },
      { product_id: uuidOf(`product${6 + (n % 5)}`), quantity: 2, price: '0.05' },
    ],
    ...changes,
  };
}

export interface Sent {
  partition: number;
  value: string;
}

/** A topic of its own with two partitions. */
export async function smallTopic(kafka: KafkaTarget): Promise<string> {
  const topic = testTopic();
  await ensureTopic(kafka, { topic, partitions: 2, retentionMs: -1 });
  return topic;
}

/** Sends to the partition that each message names, in order. */
export async function sendTo(kafka: KafkaTarget, topic: string, sent: readonly Sent[]): Promise<void> {
  const producer = kafkaClient(kafka, 'test').producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({
    topic,
    acks: -1,
    messages: sent.map(({ partition, value }) => ({ partition, value })),
  });
  await producer.disconnect();
}

/** Deletes the oldest messages of a partition, as retention does. */
export const deleteBefore = (
  kafka: KafkaTarget,
  topic: string,
  partition: number,
  offset: number,
): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    // kafkajs deletes only from a topic whose metadata it has asked for before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  });

/** A stand-in for the stream: takes messages in batches and books them as the merge does, by the in-memory fold. */
export class HandStream {
  readonly #owner: PgTarget;
  readonly #topic: string;
  readonly #fold = new OrderFold();
  readonly #next = new Map([
    [0, 0],
    [1, 0],
  ]);

  private constructor(owner: PgTarget, topic: string) {
    this.#owner = owner;
    this.#topic = topic;
  }

  static async start(owner: PgTarget, kafka: KafkaTarget, topic: string): Promise<HandStream> {
    const { cluster_id, topic_id } = await readTopicOffsets(kafka, topic);
    await withClient(owner, async (client) => {
      await client.query(
        `insert into ops.streams (name, topic, cluster_id, topic_id) values ('orders', $1, $2, $3)`,
        [topic, cluster_id, topic_id],
      );
      await client.query(`insert into ops.stream_offsets values ('orders', 0, 0, 0), ('orders', 1, 0, 0)`);
    });
    return new HandStream(owner, topic);
  }

  /** Takes the messages that come next, in one transaction. */
  async take(sent: readonly Sent[]): Promise<void> {
    const offsets: Record<number, [number, number]> = {};
    const counts: Record<Verdict | 'rejected', number> = {
      applied: 0,
      superseded: 0,
      stale: 0,
      duplicate: 0,
      rejected: 0,
    };
    const good: OrderEvent[] = [];
    const refused: { partition: number; offset: number; reason: string; value: string }[] = [];
    const products = new Set(Array.from({ length: 15 }, (_, n) => uuidOf(`product${n + 1}`)));
    for (const { partition, value } of sent) {
      const offset = this.#next.get(partition) ?? 0;
      this.#next.set(partition, offset + 1);
      offsets[partition] = [offsets[partition]?.[0] ?? offset, offset + 1];
      const reading = readOrderEvent(Buffer.from(value));
      const unknown = reading.event?.lines.find(({ product_id }) => !products.has(product_id));
      if (reading.event === undefined) refused.push({ partition, offset, reason: reading.refused, value });
      else if (unknown)
        refused.push({ partition, offset, reason: `unknown_product: ${unknown.product_id}`, value });
      else good.push(reading.event);
    }
    const verdicts = this.#fold.applyBatch(good);
    for (const verdict of verdicts) counts[verdict]++;
    counts.rejected = refused.length;
    const applied = good.filter((_, index) => verdicts[index] === 'applied');
    await withClient(this.#owner, async (client) => {
      await client.query('begin');
      await client.query(
        `insert into shop.customers (customer_id, name, email, created_at)
        select distinct (c ->> 'id')::uuid, c ->> 'name', c ->> 'email', (c ->> 'created_at')::timestamptz
        from (select e -> 'customer' as c from jsonb_array_elements($1::jsonb) as e) as customers
        on conflict do nothing`,
        [JSON.stringify(applied)],
      );
      await client.query(`delete from shop.orders where order_id = any($1)`, [
        applied.map(({ order_id }) => order_id),
      ]);
      await client.query(
        `insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
        select (e ->> 'order_id')::uuid, (line ->> 'product_id')::uuid, (e -> 'customer' ->> 'id')::uuid,
          (line ->> 'quantity')::integer, (line ->> 'price')::numeric, (e ->> 'order_timestamp')::timestamptz,
          e ->> 'status', (e ->> 'version')::integer, (e ->> 'event_time')::timestamptz
        from jsonb_array_elements($1::jsonb) as e, jsonb_array_elements(e -> 'lines') as line`,
        [JSON.stringify(applied)],
      );
      await client.query(
        `insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset)
        select $1, format('partition %s offset %s', partition, "offset"), reason, convert_to(value, 'UTF8'), partition, "offset"
        from jsonb_to_recordset($2::jsonb) as refused (partition integer, "offset" bigint, reason text, value text)`,
        [this.#topic, JSON.stringify(refused)],
      );
      const sums = [counts.applied, counts.superseded, counts.stale, counts.duplicate, counts.rejected];
      await client.query(
        `insert into ops.stream_batches (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds)
        values ('orders', 1, $1, $2, $3, $4, $5, $6, $7, 0, '{}', '{}')`,
        [JSON.stringify(offsets), sent.length, ...sums],
      );
      await client.query(
        `update ops.streams set batches = batches + 1, read = read + $1, applied = applied + $2,
          superseded = superseded + $3, stale = stale + $4, duplicate = duplicate + $5, rejected = rejected + $6`,
        [sent.length, ...sums],
      );
      for (const [partition, [, next]] of Object.entries(offsets))
        await client.query('update ops.stream_offsets set next_offset = $2 where partition = $1', [
          partition,
          next,
        ]);
      await client.query(`select live.rebuild('America/Sao_Paulo')`);
      await client.query('commit');
    });
  }
}
