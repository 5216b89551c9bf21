import { dataError } from '../errors.ts';
import { type Cluster, clusterOf } from '../events/producer/cluster.ts';
import { withAdmin } from '../kafka/admin.ts';
import { kafkaClient } from '../kafka/client.ts';
import { explainKafkaError } from '../kafka/kafka-error.ts';
import { readMetadata } from '../kafka/metadata.ts';
import type { KafkaTarget } from '../kafka/target.ts';
import { WireReader } from '../kafka/wire-reader.ts';

/** A topic as a ledger sees it: which one it is, and what is in it. */
export interface TopicOffsets {
  cluster_id: string;
  /** Changes when the topic is deleted and made again. */
  topic_id: string;
  /** Offsets of the oldest message that is kept and of the next one that comes. */
  partitions: Map<number, { earliest: number; latest: number }>;
}

/** @throws ShopPipeError `topic_missing`, and as `withAdmin`. */
export async function readTopicOffsets(target: KafkaTarget, topic: string): Promise<TopicOffsets> {
  const offsets = await withAdmin(target, async (admin) =>
    (await admin.listTopics()).includes(topic) ? admin.fetchTopicOffsets(topic) : null,
  );
  const identity = offsets && (await readIdentity(target, topic));
  if (!offsets || !identity) {
    throw dataError('topic_missing', `there is no topic ${topic} at ${target.brokers.join(', ')}`, {
      suggestion: 'shop-pipe up',
    });
  }
  const partitions = offsets
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, low, high }) => [partition, { earliest: Number(low), latest: Number(high) }] as const);
  return { ...identity, partitions: new Map(partitions) };
}

/** kafkajs asks for no topic's id, but its connections, which can log in, carry our own request. */
async function readIdentity(
  target: KafkaTarget,
  topic: string,
): Promise<{ cluster_id: string; topic_id: string } | null> {
  const cluster = clusterOf(kafkaClient(target, 'shop-pipe'));
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const { cluster_id: id, topics } = await readMetadata(wireOf(cluster), [topic]);
    return topics[0] === undefined ? null : { cluster_id: id ?? '', topic_id: topics[0].topic_id };
  } catch (error) {
    throw await explainKafkaError(error, target);
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

/** Flexible versions end each header with tagged fields; kafkajs writes headers without, so they open the body here. */
function wireOf(cluster: Cluster): Parameters<typeof readMetadata>[0] {
  return {
    async request({ key, version }, body) {
      const bytes = Buffer.concat([Buffer.alloc(1), body]);
      const { connectionPool } = await cluster.findControllerBroker();
      return connectionPool.send<WireReader>({
        request: {
          apiKey: key,
          apiVersion: version,
          apiName: 'Metadata',
          encode: async () => ({ buf: bytes, buffer: bytes }),
        },
        response: {
          decode: async (payload) => {
            const answers = new WireReader(payload);
            answers.skipTags();
            return { answers, clientSideThrottleTime: 0 };
          },
          parse: async ({ answers }) => answers,
        },
        logResponseError: false,
      });
    },
  };
}
