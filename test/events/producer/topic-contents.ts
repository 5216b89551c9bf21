import { randomUUID } from 'node:crypto';
import { kafkaClient } from '../../../src/kafka/client.ts';
import type { KafkaTarget } from '../../../src/kafka/target.ts';

export interface Message {
  partition: number;
  key: string;
  value: Buffer;
}

/** Every message of the topic, each partition's in the order of its offsets. */
export async function topicContents(target: KafkaTarget, topic: string): Promise<Message[]> {
  const kafka = kafkaClient(target, 'test');
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  let left = offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  const messages: Message[] = [];
  if (left === 0) return messages;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      void consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const { key, value } of batch.messages)
            messages.push({ partition: batch.partition, key: String(key), value: value as Buffer });
          left -= batch.messages.length;
          if (left <= 0) resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}
