import type pg from 'pg';
import { ShopPipeError } from '../../errors.ts';
import type { KafkaTarget } from '../../kafka/target.ts';
import type { TopicOffsets } from '../../stream/topic-offsets.ts';
import { type Check, counted, listed, passed } from '../check.ts';
import { readStreams, type StreamBooks } from './books.ts';

/** What Kafka says about one stream's topic, or why it says nothing. */
export interface AskedTopic {
  /** The books that the answer is to be held against: those of the snapshot, or newer ones after a reset. */
  books: StreamBooks;
  /** The ledger as it was after Kafka had answered. */
  after: StreamBooks;
  topic: TopicOffsets | 'missing';
}

export type Asked = AskedTopic | { books: StreamBooks; unchecked: string };

export const isAsked = (asked: Asked): asked is AskedTopic => 'topic' in asked;

/**
 * Asks Kafka about a stream's topic, after the snapshot that `books` are of. Both sides move on meanwhile, each in one
 * direction: the end of a partition never goes back, so it is at or past an earlier ledger; its beginning does not
 * either, so it is at or before a later ledger. That is why the ledger is read again afterwards, by `fresh`, a session
 * outside of the snapshot. A stream that was reset in between is asked about anew.
 */
export async function askKafka(
  fresh: () => Promise<pg.Client>,
  kafka: KafkaTarget | undefined,
  books: StreamBooks,
): Promise<Asked> {
  if (kafka === undefined) return { books, unchecked: 'no cluster is configured' };
  const { readTopicOffsets } = await import('../../stream/topic-offsets.ts');
  let before = books;
  for (;;) {
    let topic: AskedTopic['topic'];
    try {
      topic = await readTopicOffsets(kafka, before.topic);
    } catch (error) {
      if (!(error instanceof ShopPipeError)) throw error;
      if (error.code !== 'topic_missing') return { books, unchecked: error.message };
      topic = 'missing';
    }
    const after = (await readStreams(await fresh())).find(({ name }) => name === books.name);
    if (after === undefined) return { books, unchecked: `stream ${books.name} was reset meanwhile` };
    if (isSame(before, after)) return { books: before, after, topic };
    before = after;
  }
}

/** Whether no reset is between two readings of a stream. */
function isSame(one: StreamBooks, other: StreamBooks): boolean {
  const identity = ({ topic, topic_id, cluster_id }: StreamBooks): string =>
    [topic, topic_id, cluster_id].join(' ');
  const starts = [...one.ledger].every(
    ([partition, { first, next }]) =>
      other.ledger.get(partition)?.first === first && (other.ledger.get(partition)?.next ?? 0) >= next,
  );
  return identity(one) === identity(other) && starts;
}

/** The ledger against Kafka, of those streams whose topic was asked about. */
export function ledgerKafkaCheck(asked: readonly AskedTopic[]): Check {
  const name = 'ledger_kafka';
  const findings = asked.flatMap(differences);
  const partitions = asked.reduce((sum, { books }) => sum + books.ledger.size, 0);
  if (findings.length === 0)
    return passed(name, `${counted(partitions, 'partition')} within Kafka's offsets`);
  return {
    name,
    ok: false,
    expected: 'the same topic, and next offsets that it holds',
    actual: listed(findings),
  };
}

function differences({ books, after, topic }: AskedTopic): string[] {
  const { name } = books;
  if (topic === 'missing') return [`${name} reads topic ${books.topic}, which is not there`];
  if (topic.cluster_id !== books.cluster_id)
    return [`${name} reads cluster ${books.cluster_id}, this one is ${topic.cluster_id}`];
  if (topic.topic_id !== books.topic_id)
    return [
      `${name} reads topic ${books.topic} ${books.topic_id}, which was made again as ${topic.topic_id}`,
    ];
  return [...books.ledger].flatMap(([partition, { next }]) => {
    const offsets = topic.partitions.get(partition);
    const where = `partition ${partition} of ${books.topic}`;
    if (!offsets) return [`${name} reads ${where}, which is not there`];
    const { earliest, latest } = offsets;
    if (next > latest) return [`${name} is at ${next} on ${where}, which ends at ${latest}`];
    const committed = after.ledger.get(partition)?.next ?? next;
    if (committed >= earliest) return [];
    return [
      `${name} is at ${committed} on ${where}, which begins at ${earliest}: ${counted(earliest - committed, 'message')} deleted before being read`,
    ];
  });
}

/** Messages that were in Kafka and not yet in the tables; null where Kafka does not say. */
export function lagOf(asked: Asked): number | null {
  if (!isAsked(asked) || asked.topic === 'missing') return null;
  if (asked.topic.topic_id !== asked.books.topic_id) return null;
  return [...asked.topic.partitions].reduce(
    (sum, [partition, { earliest, latest }]) =>
      sum + Math.max(0, latest - Math.max(earliest, asked.books.ledger.get(partition)?.next ?? 0)),
    0,
  );
}
