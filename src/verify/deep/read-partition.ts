import { setTimeout as delay } from 'node:timers/promises';
import { environmentError } from '../../errors.ts';
import type { Broker, Cluster } from '../../events/producer/cluster.ts';
import { type AbortedTransaction, committedOf, type Fetched } from './aborted.ts';

export interface Message {
  offset: number;
  value: Buffer;
}

export interface PartitionRange {
  topic: string;
  partition: number;
  /** First offset, and the one after the last. */
  from: number;
  to: number;
}

/** Messages at the beginning of the range were deleted meanwhile. */
export class RangeGone extends Error {}

interface FetchRequest {
  isolationLevel: 0 | 1;
  minBytes: number;
  maxBytes: number;
  maxWaitTime: number;
  topics: { topic: string; partitions: { partition: number; fetchOffset: number; maxBytes: number }[] }[];
}

interface FetchedPartition {
  messages: Fetched[];
  abortedTransactions: AbortedTransaction[] | null;
}

interface Fetches {
  fetch(request: FetchRequest): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}

const fetchBytes = 4 * 1024 * 1024;
const readCommitted = 1;
const tries = 20;
const pauseMs = 500;

/**
 * The messages of a range in the order of their offsets, some megabytes at a time. Asked for by offset, as no member of
 * a group: nothing is committed, joined or left behind in the cluster. As for Spark, neither messages of aborted transactions
 * nor the marks of transactions are among them.
 *
 * @throws RangeGone where the beginning was deleted; `kafka_silent`; what kafkajs throws once it keeps failing.
 */
export async function* readPartition(
  cluster: Cluster,
  range: PartitionRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message[]> {
  let position = range.from;
  let empty = 0;
  while (position < range.to) {
    signal?.throwIfAborted();
    const { messages: fetched, abortedTransactions } = await fetchFrom(cluster, range, position);
    const last = fetched.at(-1);
    if (last === undefined) {
      if (++empty === tries) {
        throw environmentError(
          'kafka_silent',
          `kafka gives no message of partition ${range.partition} of ${range.topic} from offset ${position} on, but the ledger is at ${range.to}`,
          { suggestion: 'shop-pipe topic status' },
        );
      }
      await delay(pauseMs);
      continue;
    }
    empty = 0;
    const first = position;
    position = nextAfter(last);
    yield committedOf(fetched, abortedTransactions)
      // An empty value is no event, as none is.
      .map(({ offset, value }) => ({ offset: Number(offset), value: value ?? Buffer.alloc(0) }))
      .filter(({ offset }) => offset >= first && offset < range.to);
  }
}

/** A batch may end with offsets that hold nothing any more. */
function nextAfter({ offset, batchContext }: Fetched): number {
  const end = batchContext ? Number(batchContext.firstOffset) + batchContext.lastOffsetDelta : 0;
  return Math.max(Number(offset), end) + 1;
}

async function fetchFrom(
  cluster: Cluster,
  { topic, partition }: PartitionRange,
  position: number,
): Promise<FetchedPartition> {
  for (let left = tries; ; left--) {
    let broker: (Broker & Fetches) | null = null;
    try {
      const leader = cluster
        .findTopicPartitionMetadata(topic)
        .find(({ partitionId }) => partitionId === partition);
      broker = (await cluster.findBroker({ nodeId: leader?.leader ?? -1 })) as Broker & Fetches;
      const { responses } = await broker.fetch({
        isolationLevel: readCommitted,
        minBytes: 1,
        maxBytes: fetchBytes,
        maxWaitTime: 1_000,
        topics: [{ topic, partitions: [{ partition, fetchOffset: position, maxBytes: fetchBytes }] }],
      });
      return responses[0]?.partitions[0] ?? { messages: [], abortedTransactions: null };
    } catch (error) {
      const { name } = error as Error;
      if (name === 'KafkaJSOffsetOutOfRange')
        throw new RangeGone(`offset ${position} is gone`, { cause: error });
      if (!name.startsWith('KafkaJS') || name === 'KafkaJSNotImplemented' || left === 0) throw error;
      await recover(cluster, name === 'KafkaJSConnectionClosedError' ? broker : null);
    }
  }
}

/** After trouble: whoever leads now, over a new connection where the old one is gone. */
async function recover(cluster: Cluster, gone: Broker | null): Promise<void> {
  await delay(pauseMs);
  try {
    if (gone) {
      await gone.disconnect().catch(() => undefined);
      cluster.removeBroker(gone.connectionPool);
    }
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadata();
  } catch {
    // Still away: the next try says so.
  }
}
