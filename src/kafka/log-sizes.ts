import { type PartitionMetadata, readMetadata } from './metadata.ts';
import type { KafkaTarget } from './target.ts';
import { type Api, KafkaWire } from './wire.ts';

const describeLogDirs: Api = { key: 35, version: 1, flexible: false };

export interface TopicOnDisk {
  topic_id: string;
  /** Bytes of the log at each partition's leader, by partition; replicas are not counted again. */
  bytes: Map<number, number>;
}

/**
 * A topic's id and its size on the brokers' disks, which kafkajs cannot ask for. Null where the cluster does not say:
 * behind SASL (see `KafkaWire`), on one that is too old, or without the right to describe the cluster.
 */
export async function readTopicOnDisk(target: KafkaTarget, topic: string): Promise<TopicOnDisk | null> {
  if (target.sasl !== null) return null;
  const wires: KafkaWire[] = [];
  const open = async (broker: string): Promise<KafkaWire> => {
    const wire = await KafkaWire.open(target, broker, 10_000);
    wires.push(wire);
    return wire;
  };
  try {
    const first = await Promise.any(target.brokers.map(open));
    const { brokers, topics } = await readMetadata(first, [topic]);
    const [found] = topics;
    if (found === undefined) return null;
    const bytes = new Map<number, number>();
    for (const { node, address } of brokers) {
      const led = found.partitions.filter(({ leader }) => leader === node);
      if (led.length === 0) continue;
      for (const [partition, size] of await sizesAt(await open(address), topic, led))
        bytes.set(partition, size);
    }
    return bytes.size === found.partitions.length ? { topic_id: found.topic_id, bytes } : null;
  } catch {
    return null;
  } finally {
    for (const wire of wires) wire.close();
  }
}

async function sizesAt(
  wire: KafkaWire,
  topic: string,
  partitions: readonly PartitionMetadata[],
): Promise<Map<number, number>> {
  const name = Buffer.from(topic);
  const body = Buffer.alloc(4 + 2 + name.length + 4 + 4 * partitions.length);
  let at = body.writeInt32BE(1, 0);
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  at = body.writeInt32BE(partitions.length, at);
  for (const { partition } of partitions) at = body.writeInt32BE(partition, at);
  const answer = await wire.request(describeLogDirs, body);
  const sizes = new Map<number, number>();
  answer.int32(); // throttle time
  answer.array(() => {
    answer.int16(); // error code: a folder that failed holds no partition
    answer.string(); // folder
    answer.array(() => {
      answer.string(); // topic
      answer.array(() => {
        const partition = answer.int32();
        const size = answer.int64();
        answer.int64(); // lag of a copy that is moved between folders
        if (!answer.bool()) sizes.set(partition, size);
      });
    });
  });
  return sizes;
}
