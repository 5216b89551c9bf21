import type { Producer } from 'kafkajs';
import type pg from 'pg';
import { environmentError, interruptedError, usageError } from '../../errors.ts';
import { withAdmin } from '../../kafka/admin.ts';
import { kafkaClient } from '../../kafka/client.ts';
import { explainKafkaError } from '../../kafka/kafka-error.ts';
import type { KafkaTarget } from '../../kafka/target.ts';
import { withClient } from '../../postgres/connection.ts';
import type { PgTarget } from '../../postgres/target.ts';
import type { Progress } from '../../progress.ts';
import { inBooks } from '../books-error.ts';
import { conditionOf, type RejectFilter } from './filter.ts';
import { unknownReject } from './show.ts';

export interface ReplayContext {
  owner: PgTarget;
  kafka: KafkaTarget;
  progress: Progress;
  signal: AbortSignal;
}

export interface Replayed {
  /** Messages sent to their topics and acknowledged. */
  replayed: number;
  by_topic: Record<string, number>;
  /** Rejects among those named that were sent before, and not again now. */
  skipped: number;
}

/** A request stays below what a broker takes by default (1 MB). */
const chunkBytes = 800_000;
const chunkMessages = 500;

/**
 * Sends Kafka's rejects to their topics again, key and bytes as they came, and marks them. Killed in between it sends
 * some of them a second time, which changes nothing: an order takes each version once.
 *
 * @param again also those that were sent again before.
 * @throws ShopPipeError `reject_unknown`, `not_from_kafka`, `topic_missing`, `kafka_unreachable`, …
 */
export function replayRejects(
  context: ReplayContext,
  filter: RejectFilter,
  again: boolean,
): Promise<Replayed> {
  const { owner, kafka } = context;
  return inBooks(owner, () =>
    withClient(
      owner,
      async (client) => {
        const { chunks, skipped } = await plan(client, filter, again);
        const byTopic: Record<string, number> = {};
        if (chunks.length > 0) {
          await requireTopics(kafka, new Set(chunks.map(({ topic }) => topic)));
          await withProducer(kafka, (producer) => sendAll(context, client, producer, chunks, byTopic));
        }
        return { replayed: sum(Object.values(byTopic)), by_topic: byTopic, skipped };
      },
      { name: 'rejects replay' },
    ),
  );
}

interface Chunk {
  topic: string;
  ids: string[];
}

/** What there is to send now: what is refused anew while it is sent does not come after. */
async function plan(
  client: pg.Client,
  filter: RejectFilter,
  again: boolean,
): Promise<{ chunks: Chunk[]; skipped: number }> {
  const { sql, values } = conditionOf(filter);
  const { rows } = await client.query<{
    reject_id: string;
    source: string;
    bytes: number;
    replayed: boolean;
    kafka: boolean;
  }>(
    `select
      reject_id, source, octet_length(payload) + coalesce(octet_length(message_key), 0) as bytes,
      replayed_at is not null as replayed, kafka_offset is not null as kafka
    from ops.rejects
    where ${sql}
    order by source, reject_id`,
    values,
  );
  const missing = filter.ids?.find((id) => !rows.some((row) => row.reject_id === String(id)));
  if (missing !== undefined) throw unknownReject(missing);
  // Where they are not asked for by name, rejects of files are simply not what is meant.
  const file = rows.find(({ kafka }) => !kafka);
  if (file !== undefined && (filter.ids !== undefined || filter.source !== undefined)) {
    throw usageError(
      'not_from_kafka',
      `reject ${file.reject_id} is a line of ${file.source}, not a message: mend the file and seed it again`,
      'shop-pipe seed olist --help',
    );
  }
  const messages = rows.filter(({ kafka }) => kafka);
  const due = messages.filter(({ replayed }) => again || !replayed);
  const chunks: (Chunk & { bytes: number })[] = [];
  for (const { reject_id: id, source: topic, bytes } of due) {
    const last = chunks.at(-1);
    if (last?.topic === topic && last.ids.length < chunkMessages && last.bytes + bytes <= chunkBytes) {
      last.ids.push(id);
      last.bytes += bytes;
    } else chunks.push({ topic, ids: [id], bytes });
  }
  return { chunks, skipped: messages.length - due.length };
}

async function sendAll(
  { progress, signal }: ReplayContext,
  client: pg.Client,
  producer: Producer,
  chunks: readonly Chunk[],
  byTopic: Record<string, number>,
): Promise<void> {
  const of = sum(chunks.map(({ ids }) => ids.length));
  const step = progress.step('replay', { of, unit: 'messages' });
  let done = 0;
  try {
    for (const { topic, ids } of chunks) {
      if (signal.aborted)
        throw interruptedError(`${done} of ${of} messages were sent again; the others were not`);
      const { rows } = await client.query<{ key: string | null; value: string }>(
        `select encode(message_key, 'base64') as key, encode(payload, 'base64') as value
        from ops.rejects
        where reject_id = any($1::bigint[])
        order by reject_id`,
        [ids],
      );
      const messages = rows.map(({ key, value }) => ({
        key: key === null ? null : Buffer.from(key, 'base64'),
        value: Buffer.from(value, 'base64'),
      }));
      await producer.send({ topic, acks: -1, messages });
      await client.query(
        'update ops.rejects set replayed_at = clock_timestamp() where reject_id = any($1::bigint[])',
        [ids],
      );
      done += ids.length;
      byTopic[topic] = (byTopic[topic] ?? 0) + ids.length;
      step.advance(done);
    }
    step.end(`${done} messages`);
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** kafkajs would ask for a topic that is not there again and again. */
async function requireTopics(target: KafkaTarget, topics: ReadonlySet<string>): Promise<void> {
  const there = await withAdmin(target, (admin) => admin.listTopics());
  const missing = [...topics].find((topic) => !there.includes(topic));
  if (missing === undefined) return;
  throw environmentError('topic_missing', `there is no topic ${missing} at ${target.brokers.join(', ')}`, {
    suggestion: 'shop-pipe up',
  });
}

/** One send at a time: with more of them in flight a broker that is killed loses some (docs/decisions/produce.md). */
async function withProducer(target: KafkaTarget, work: (producer: Producer) => Promise<void>): Promise<void> {
  const producer = kafkaClient(target, 'shop-pipe-replay').producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  try {
    await producer.connect();
    await work(producer);
  } catch (error) {
    throw await explainKafkaError(error, target);
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
