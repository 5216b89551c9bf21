import { afterAll, expect, it } from 'vitest';
import { clusterOf } from '../../src/events/producer/cluster.ts';
import { kafkaClient } from '../../src/kafka/client.ts';
import { readTopicOffsets } from '../../src/stream/topic-offsets.ts';
import { readPartition } from '../../src/verify/deep/read-partition.ts';
import { dropTopics, testKafka } from '../support/kafka.ts';
import { sendTo, smallTopic } from './small-stream.ts';

const kafka = testKafka();
const topics: string[] = [];
afterAll(() => dropTopics(kafka, topics));

async function transaction(topic: string) {
  const transactionalId = `${topic}.${topics.length}.${Math.random()}`;
  const producer = kafkaClient(kafka, 'test').producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const open = await producer.transaction();
  return {
    send: (...values: string[]) =>
      open.send({ topic, messages: values.map((value) => ({ partition: 0, value })) }),
    async end(how: 'commit' | 'abort') {
      await open[how]();
      await producer.disconnect();
    },
  };
}

it('reads what was committed, as the stream does', async () => {
  const topic = await smallTopic(kafka);
  topics.push(topic);
  const one = await transaction(topic);
  const two = await transaction(topic);
  await one.send('aborted 1');
  await two.send('committed 1');
  await sendTo(kafka, topic, [{ partition: 0, value: 'plain' }]);
  await one.send('aborted 2');
  await one.end('abort');
  await two.send('committed 2');
  await two.end('commit');
  const three = await transaction(topic);
  await three.send('aborted 3');
  await three.end('abort');
  // Marks are written a little after the end of their transaction is acknowledged.
  const end = async () => (await readTopicOffsets(kafka, topic)).partitions.get(0)?.latest;
  await expect
    .poll(end, { timeout: 30_000 })
    .toBe('a1 c1 plain a2 abort c2 commit a3 abort'.split(' ').length);
  const four = await transaction(topic);
  await four.send('still open');
  await sendTo(kafka, topic, [{ partition: 0, value: 'behind it' }]);

  const to = (await end()) ?? -1;
  const cluster = clusterOf(kafkaClient(kafka, 'test'));
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const readFrom = async (from: number): Promise<string[]> => {
    const values: string[] = [];
    for await (const messages of readPartition(cluster, { topic, partition: 0, from, to }, undefined))
      values.push(...messages.map(({ value }) => String(value)));
    return values;
  };
  expect(await readFrom(0)).toEqual(['committed 1', 'plain', 'committed 2']);
  // From within both transactions.
  expect(await readFrom(2)).toEqual(['plain', 'committed 2']);
  expect(await readFrom(3)).toEqual(['committed 2']);
  await cluster.disconnect();
  await four.end('abort');
});
