import type { Progress } from '../progress.ts';
import { readMetadata } from './metadata.ts';
import { otherPartitions } from './other-partitions.ts';
import type { KafkaTarget } from './target.ts';
import type { TopicSettings } from './topics.ts';
import { type Api, KafkaWire } from './wire.ts';

export interface ShopTopicOptions {
  target: KafkaTarget;
  settings: TopicSettings;
  /** A cluster of shop-pipe's own follows `.env`; somebody else's is only told about. */
  ours: boolean;
  progress: Progress;
}

/** The topic of order events as `.env` wants it; returns whether this call made it. A few milliseconds when all is well. */
export async function ensureShopTopic({
  target,
  settings,
  ours,
  progress,
}: ShopTopicOptions): Promise<boolean> {
  if (await isAsWanted(target, settings)) return false;
  const { topic, partitions, retentionMs } = settings;
  const { ensureTopic, setRetention } = await import('./topics.ts');
  const found = await ensureTopic(target, settings);
  const other = otherPartitions(topic, found.partitions, partitions);
  if (other !== null) progress.warn(other);
  if (found.retentionMs !== retentionMs) {
    const hours = (ms: number): string => (ms < 0 ? 'for ever' : `${ms / 3_600_000} h`);
    if (ours) {
      await setRetention(target, topic, retentionMs);
      progress.note(
        `topic ${topic} keeps messages ${hours(retentionMs)} (before: ${hours(found.retentionMs)})`,
      );
    } else {
      progress.warn(
        `topic ${topic} keeps messages ${hours(found.retentionMs)}, KAFKA_TOPIC_RETENTION_HOURS says ${hours(retentionMs)}: it stays as it is`,
      );
    }
  }
  return found.created;
}

const describeConfigs: Api = { key: 32, version: 1, flexible: false };
const topicResource = 2;

/** The common case, without the 80 ms that loading kafkajs takes; false also where it cannot be told. */
async function isAsWanted(target: KafkaTarget, settings: TopicSettings): Promise<boolean> {
  if (target.sasl !== null) return false;
  let wire: KafkaWire | null = null;
  try {
    wire = await KafkaWire.open(target, target.brokers[0] ?? '', 2_000);
    const { topics } = await readMetadata(wire, [settings.topic]);
    return (
      topics[0]?.partitions.length === settings.partitions &&
      (await readRetention(wire, settings.topic)) === settings.retentionMs
    );
  } catch {
    return false;
  } finally {
    wire?.close();
  }
}

async function readRetention(wire: KafkaWire, topic: string): Promise<number> {
  const string = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(2);
    length.writeInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const one = Buffer.of(0, 0, 0, 1);
  const answer = await wire.request(
    describeConfigs,
    Buffer.concat([one, Buffer.of(topicResource), string(topic), one, string('retention.ms'), Buffer.of(0)]),
  );
  answer.int32(); // throttle time
  let retention = Number.NaN;
  answer.array(() => {
    answer.int16(); // error code
    answer.string(); // its message
    answer.int8(); // resource type
    answer.string(); // resource name
    answer.array(() => {
      const [name, value] = [answer.string(), answer.string()];
      answer.bool(); // read only
      answer.int8(); // source
      answer.bool(); // sensitive
      answer.array(() => [answer.string(), answer.string(), answer.int8()]); // synonyms
      if (name === 'retention.ms') retention = Number(value);
    });
  });
  return retention;
}
