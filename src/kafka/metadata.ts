import type { Api, KafkaWire } from './wire.ts';

/** Version 12 (Kafka 2.8 and later) is the first that is asked for by name and tells the topic's id. */
const metadataApi: Api = { key: 3, version: 12, flexible: true };

export interface PartitionMetadata {
  partition: number;
  /** Node id; -1 where no replica can lead. */
  leader: number;
  replicas: number[];
  in_sync: number[];
}

export interface ClusterMetadata {
  /** Null where the broker does not know it. */
  cluster_id: string | null;
  /** Brokers that take requests; one that starts is not among them. */
  brokers: { node: number; address: string }[];
  topics: { name: string; topic_id: string; partitions: PartitionMetadata[] }[];
}

/** The cluster and those of `topics` that exist; never makes one. */
export async function readMetadata(
  wire: Pick<KafkaWire, 'request'>,
  topics: readonly string[],
): Promise<ClusterMetadata> {
  const asked = topics.flatMap((topic) => {
    const name = Buffer.from(topic);
    // id (none), compact name (at most 249 bytes: two bytes of length), no tags
    return [Buffer.alloc(16), compactLength(name.length), name, Buffer.alloc(1)];
  });
  // … allow_auto_topic_creation, include_topic_authorized_operations, tags: all zero.
  const answer = await wire.request(
    metadataApi,
    Buffer.concat([compactLength(topics.length), ...asked, Buffer.alloc(3)]),
  );
  answer.int32(); // throttle time
  const brokers = answer.compactArray(() => {
    const node = answer.int32();
    const host = answer.compactString() ?? '';
    const address = `${host.includes(':') ? `[${host}]` : host}:${answer.int32()}`;
    answer.compactString(); // rack
    answer.skipTags();
    return { node, address };
  });
  const clusterId = answer.compactString();
  answer.int32(); // controller
  const found = answer.compactArray(() => {
    const errorCode = answer.int16();
    const name = answer.compactString() ?? '';
    const topic = { name, topic_id: answer.uuid(), partitions: [] as PartitionMetadata[] };
    answer.bool(); // internal
    topic.partitions = answer.compactArray(() => {
      answer.int16(); // error: no leader, which `leader` says too
      const partition = answer.int32();
      const leader = answer.int32();
      answer.int32(); // leader epoch
      const [replicas, inSync] = [nodes(), nodes()];
      nodes(); // offline
      answer.skipTags();
      return { partition, leader, replicas, in_sync: inSync };
    });
    answer.int32(); // authorized operations
    answer.skipTags();
    return { errorCode, topic };
  });
  function nodes(): number[] {
    return answer.compactArray(() => answer.int32());
  }
  return {
    cluster_id: clusterId,
    brokers,
    topics: found.filter(({ errorCode }) => errorCode === 0).map(({ topic }) => topic),
  };
}

/** The length of a compact array or string: one more, in seven bits a byte. */
function compactLength(length: number): Buffer {
  const value = length + 1;
  return value < 0x80 ? Buffer.of(value) : Buffer.of((value & 0x7f) | 0x80, value >> 7);
}
