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
      // One that kafkajs starts again (a broker that is busy making its first group's coordinator) begins anew.
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
      const next = new Map<number, bigint>();
      void consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch: { partition, messages: read } }) => {
          for (const { key, value, offset } of read) {
            if (BigInt(offset) < (next.get(partition) ?? 0n)) continue;
            next.set(partition, BigInt(offset) + 1n);
            messages.push({ partition, key: String(key), value: value as Buffer });
            left--;
          }
          if (left <= 0) resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}
