import type pg from 'pg';
import { environmentError } from '../../errors.ts';
import { type Cluster, clusterOf } from '../../events/producer/cluster.ts';
import { readOrderEvent } from '../../events/read-event.ts';
import { kafkaClient } from '../../kafka/client.ts';
import { explainKafkaError } from '../../kafka/kafka-error.ts';
import type { KafkaTarget } from '../../kafka/target.ts';
import type { Progress, Step } from '../../progress.ts';
import { type Check, counted, listed, passed } from '../check.ts';
import type { AskedTopic } from '../stream/kafka.ts';
import { compareOrders } from './compare-orders.ts';
import type { FoldTable } from './fold-table.ts';
import { RangeGone, readPartition } from './read-partition.ts';
import { RejectPositions } from './reject-positions.ts';

export interface DeepFinding {
  /** Messages that were read again. */
  messages: number;
  /** Orders that they are about. */
  orders: number;
  /** Messages of the ledger that retention has deleted. */
  deleted: number;
  /** False where messages were applied that Kafka or the ledger has no more: then the shop may be ahead of the fold. */
  complete: boolean;
  /** Reading and folding, without the comparison. */
  seconds: number;
  events_per_s: number;
}

export interface DeepContext {
  /** In the snapshot. */
  client: pg.Client;
  /** Made in the same session. */
  fold: FoldTable;
  kafka: KafkaTarget;
  /** Streams whose topic is the one that the ledger names. */
  asked: readonly AskedTopic[];
  progress: Progress;
  signal: AbortSignal | undefined;
}

/**
 * Reads every message of the ledgers' ranges from Kafka again, folds those that the schema accepts, and compares what
 * remains with shop.orders and ops.rejects. Messages are immutable and the ledger is the snapshot's, so it is right
 * whatever goes on beside it.
 *
 * @throws ShopPipeError `kafka_unreachable`, `kafka_codec`, `kafka_silent`.
 */
export async function foldAgain(context: DeepContext): Promise<{ checks: Check[]; deep: DeepFinding }> {
  const { client, kafka, asked, progress } = context;
  const started = performance.now();
  const total = asked.reduce(
    (sum, one) => sum + rangesOf(one).reduce((n, { from, to }) => n + to - from, 0),
    0,
  );
  const step = progress.step('folding Kafka again', { of: total, unit: 'offsets' });
  const cluster = clusterOf(kafkaClient(kafka, 'shop-pipe verify'));
  const tally: Tally = { messages: 0, offsets: 0, deleted: 0, total };
  const checks: Check[] = [];
  let seconds: number;
  try {
    await cluster.connect();
    for (const { books } of asked) await cluster.addTargetTopic(books.topic);
    const streams: string[] = [];
    for (const one of asked) {
      const before = { ...tally };
      checks.push(await foldStream(context, cluster, one, tally, step));
      const { messages, deleted } = {
        messages: tally.messages - before.messages,
        deleted: tally.deleted - before.deleted,
      };
      const { name, totals } = one.books;
      if (deleted === 0 && messages !== totals.read)
        streams.push(
          `${name} counts ${counted(totals.read, 'message')} read, Kafka has ${messages} in its ledger`,
        );
    }
    await context.fold.finish();
    seconds = (performance.now() - started) / 1000;
    const all = counted(tally.messages, 'message');
    checks.unshift(
      streams.length === 0
        ? passed('deep_messages', all)
        : { name: 'deep_messages', ok: false, expected: all, actual: listed(streams) },
    );
    step.end(`${all}, ${Math.round(tally.messages / seconds).toLocaleString('en-US')}/s`);
  } catch (error) {
    step.fail();
    throw await readError(error, kafka);
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
  const history = tally.deleted > 0 || (await wasReset(client));
  const { checks: compared, orders } = await compareOrders(client, history);
  checks.push(...compared);
  return {
    checks,
    deep: {
      messages: tally.messages,
      orders,
      deleted: tally.deleted,
      complete: !history,
      seconds: Math.round(seconds * 1000) / 1000,
      events_per_s: Math.round(tally.messages / seconds),
    },
  };
}

interface Tally {
  messages: number;
  /** Offsets that are done, of `total`. */
  offsets: number;
  deleted: number;
  total: number;
}

interface Range {
  partition: number;
  first: number;
  from: number;
  to: number;
}

function rangesOf({ books, topic }: AskedTopic): Range[] {
  if (topic === 'missing') return [];
  return [...books.ledger].map(([partition, { first, next }]) => {
    const earliest = topic.partitions.get(partition)?.earliest ?? next;
    return { partition, first, from: Math.min(next, Math.max(first, earliest)), to: next };
  });
}

async function foldStream(
  { client, fold, kafka, signal }: DeepContext,
  cluster: Cluster,
  asked: AskedTopic,
  tally: Tally,
  step: Step,
): Promise<Check> {
  const { name, topic } = asked.books;
  const rejects = await RejectPositions.read(client, name);
  for (const range of rangesOf(asked)) {
    const { partition } = range;
    let { from } = range;
    let reached = from;
    for (;;) {
      try {
        for await (const messages of readPartition(
          cluster,
          { topic, partition, from, to: range.to },
          signal,
        )) {
          for (const { offset, value } of messages) {
            const { event, refused } = readOrderEvent(value);
            if (event === undefined) rejects.refused(partition, offset, refused);
            else if (!rejects.accepted(partition, offset)) await fold.add(event, partition, offset);
            tally.offsets += offset + 1 - reached;
            reached = offset + 1;
          }
          tally.messages += messages.length;
          step.advance(tally.offsets);
        }
        break;
      } catch (error) {
        if (!(error instanceof RangeGone)) throw error;
        from = await earliestAfter(kafka, topic, partition, reached);
        from = Math.min(from, range.to);
        tally.deleted += from - reached;
        reached = from;
      }
    }
    tally.deleted += range.from - range.first;
    if (range.from > range.first) rejects.gone(partition, range.from);
    if (from > range.from) rejects.gone(partition, from);
  }
  return rejects.check();
}

/** Retention deletes while we read: where the partition begins now. */
async function earliestAfter(
  kafka: KafkaTarget,
  topic: string,
  partition: number,
  reached: number,
): Promise<number> {
  const { readTopicOffsets } = await import('../../stream/topic-offsets.ts');
  const { partitions } = await readTopicOffsets(kafka, topic);
  return Math.max(reached, partitions.get(partition)?.earliest ?? Number.POSITIVE_INFINITY);
}

/** Orders that a ledger of before knew are still in the shop. */
async function wasReset(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`select from ops.settings where name = 'stream_reset'`);
  return rows.length > 0;
}

async function readError(error: unknown, kafka: KafkaTarget): Promise<unknown> {
  const { name, message } = error as Error;
  if (name !== 'KafkaJSNotImplemented') return explainKafkaError(error, kafka);
  return environmentError('kafka_codec', `cannot read the topic's messages: ${message}`, {
    suggestion: 'shop-pipe verify (without --deep)',
    cause: error,
  });
}
