import { dataError } from '../errors.ts';
import { withAdmin } from './admin.ts';
import { readTopicOnDisk } from './log-sizes.ts';
import { ordersTopic } from './orders-topic.ts';
import type { KafkaTarget } from './target.ts';
import { readTopicConfig } from './topics.ts';

export interface PartitionStatus {
  partition: number;
  /** Node id of the broker that takes reads and writes; null while there is none. */
  leader: number | null;
  replicas: number;
  in_sync: number;
  /** Offset of the oldest message that is kept. */
  earliest: number;
  /** Offset that the next message gets. */
  latest: number;
  /** Size of its log at the leader; null where the cluster does not say. */
  bytes: number | null;
}

export interface TopicStatus {
  topic: string;
  /** Changes when a topic is deleted and made again; null where the cluster does not say. */
  topic_id: string | null;
  partitions: PartitionStatus[];
  /** Offsets between earliest and latest, all partitions together: messages, unless some were aborted or compacted. */
  messages: number;
  /** Null: kept for ever. */
  retention_ms: number | null;
  bytes: number | null;
}

/**
 * Partitions, offsets, retention and size of a topic as they are now.
 *
 * @throws ShopPipeError `topic_unknown`, and as `withAdmin`.
 */
export async function topicStatus(target: KafkaTarget, topic: string): Promise<TopicStatus> {
  const { metadata, offsets, retention } = await withAdmin(target, async (admin) => {
    // Asked for by name, an unknown one is looked for again and again.
    const topics = await admin.listTopics();
    if (!topics.includes(topic)) {
      const known = topics.filter((name) => !name.startsWith('__')).toSorted();
      throw dataError('topic_unknown', `there is no topic ${topic} at ${target.brokers.join(', ')}`, {
        suggestion:
          topic === ordersTopic
            ? 'shop-pipe up'
            : `one of: ${known.slice(0, 10).join(', ') || 'none so far'}`,
      });
    }
    return {
      metadata: (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [],
      offsets: new Map((await admin.fetchTopicOffsets(topic)).map((entry) => [entry.partition, entry])),
      retention: (await readTopicConfig(admin, topic)).find(({ name }) => name === 'retention.ms')?.value,
    };
  });
  const onDisk = await readTopicOnDisk(target, topic);
  const partitions = metadata
    .map(({ partitionId: partition, leader, replicas, isr }): PartitionStatus => {
      const { low = '0', high = '0' } = offsets.get(partition) ?? {};
      return {
        partition,
        leader: leader < 0 ? null : leader,
        replicas: replicas.length,
        in_sync: isr.length,
        earliest: Number(low),
        latest: Number(high),
        bytes: onDisk?.bytes.get(partition) ?? null,
      };
    })
    .toSorted((a, b) => a.partition - b.partition);
  return {
    topic,
    topic_id: onDisk?.topic_id ?? null,
    partitions,
    messages: partitions.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0),
    retention_ms: Number(retention) < 0 ? null : Number(retention),
    bytes: onDisk === null ? null : [...onDisk.bytes.values()].reduce((sum, size) => sum + size, 0),
  };
}
