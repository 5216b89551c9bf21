import kafkajs, { type Admin } from 'kafkajs';
import { withAdmin } from './admin.ts';
import type { KafkaTarget } from './target.ts';

export interface TopicSettings {
  topic: string;
  partitions: number;
  /** How long a message is kept; -1 for ever. */
  retentionMs: number;
}

export interface EnsuredTopic {
  created: boolean;
  /** As the topic is, which for one that was there already may be other than asked for. */
  partitions: number;
  retentionMs: number;
}

/**
 * Makes the topic where there is none, replicated as the cluster's default says. One that exists is left as it is: more
 * partitions would move keys to others and end the order of their events.
 *
 * @throws ShopPipeError as `withAdmin`.
 */
export async function ensureTopic(target: KafkaTarget, settings: TopicSettings): Promise<EnsuredTopic> {
  const { topic, partitions, retentionMs } = settings;
  let created = false;
  return withAdmin(target, async (admin) => {
    created ||=
      !(await admin.listTopics()).includes(topic) &&
      (await admin.createTopics({
        // It fails where a broker has not heard of the topic yet; what is asked below waits.
        waitForLeaders: false,
        topics: [
          {
            topic,
            numPartitions: partitions,
            configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
          },
        ],
      }));
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.fetchTopicOffsets(topic);
    const config = await readTopicConfig(admin, topic);
    return {
      created,
      partitions: topics[0]?.partitions.length ?? 0,
      retentionMs: Number(config.find(({ name }) => name === 'retention.ms')?.value),
    };
  });
}

/** Sets how long messages are kept; the topic's other settings stay. */
export async function setRetention(target: KafkaTarget, topic: string, retentionMs: number): Promise<void> {
  await withAdmin(target, async (admin) => {
    const others = (await readTopicConfig(admin, topic)).filter(
      ({ name, own }) => own && name !== 'retention.ms',
    );
    // This request replaces all settings of the topic's own.
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [
            ...others.map(({ name, value }) => ({ name, value })),
            { name: 'retention.ms', value: String(retentionMs) },
          ],
        },
      ],
    });
  });
}

const dynamicTopicConfig = 1;

/** Every setting that holds for the topic; `own` are those set on the topic itself. */
export async function readTopicConfig(
  admin: Admin,
  topic: string,
): Promise<{ name: string; value: string; own: boolean }[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return (resources[0]?.configEntries ?? []).map(({ configName, configValue, configSource }) => ({
    name: configName,
    value: configValue,
    own: (configSource as number) === dynamicTopicConfig,
  }));
}
