import { randomBytes } from 'node:crypto';
import { kafkaClient } from '../../src/kafka/client.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';

/** The broker that the run's set-up started: SHOP_TEST_KAFKA = {brokers}. */
export function testKafka(): KafkaTarget {
  const json = process.env['SHOP_TEST_KAFKA'];
  if (!json)
    throw new Error('SHOP_TEST_KAFKA is unset: run these tests by `npm test`, whose set-up starts a broker');
  const { brokers } = JSON.parse(json) as { brokers: string[] };
  return { brokers, security: 'PLAINTEXT', sasl: null, ca: null };
}

/** A name that no other test has. The topic is not made; `dropTopics` deletes it where a test made it. */
export const testTopic = (): string => `test.${randomBytes(6).toString('hex')}`;

export async function dropTopics(target: KafkaTarget, topics: readonly string[]): Promise<void> {
  const admin = kafkaClient(target, 'test').admin();
  await admin.connect();
  const there = await admin.listTopics();
  await admin.deleteTopics({ topics: topics.filter((topic) => there.includes(topic)) });
  await admin.disconnect();
}

/** Sends each value to the topic, in one batch, and waits for the acknowledgement. */
export async function sendAll(
  target: KafkaTarget,
  topic: string,
  messages: readonly { key: string; value: string }[],
): Promise<void> {
  // A broker that has just started on a busy machine takes its time to know a topic and to give out producer ids.
  const producer = kafkaClient(target, 'test').producer({
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 },
  });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [...messages] });
  await producer.disconnect();
}
