import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDigest } from '../../../src/events/digest.ts';
import type { Outgoing } from '../../../src/events/producer/outgoing.ts';
import { Sender, type Session } from '../../../src/events/producer/sender.ts';
import { ProducerSession } from '../../../src/events/producer/session.ts';
import { kafkaClient } from '../../../src/kafka/client.ts';
import { ensureTopic } from '../../../src/kafka/topics.ts';
import { dropTopics, testKafka, testTopic } from '../../support/kafka.ts';
import { generator, startTime } from '../sample.ts';
import { expectExactlyOnce } from './exactly-once.ts';
import { topicContents } from './topic-contents.ts';

const kafka = testKafka();
const topic = testTopic();
describe('batches that are written and whose answer is lost', () => {
  beforeAll(() => ensureTopic(kafka, { topic, partitions: 3, retentionMs: 3_600_000 }));
  afterAll(() => dropTopics(kafka, [topic]));

  it('are in Kafka once, however often they are sent again', async () => {
    const session = await ProducerSession.open(kafkaClient(kafka, 'test'), topic);
    let requests = 0;
    const forgetful: Session = {
      partitions: session.partitions,
      producerId: session.producerId,
      producerEpoch: session.producerEpoch,
      recover: () => session.recover(),
      async produce(batches) {
        const answers = await session.produce(batches);
        // Of six requests one loses all answers twice over, one that of a single partition.
        const turn = requests++ % 6;
        if (turn === 1 || turn === 2) return answers.map(({ partition }) => ({ partition, trouble: 'lost' }));
        if (turn !== 4) return answers;
        return answers.map((answer, n) =>
          n === 0 ? { partition: answer.partition, trouble: 'lost' } : answer,
        );
      },
    };
    const digest = createDigest(tmpdir());
    let acked = 0;
    const sender = new Sender({
      session: forgetful,
      patienceMs: 60_000,
      giveUp: new AbortController().signal,
      onAcked(items: readonly Outgoing[]) {
        acked += items.length;
        for (const { event } of items) digest.add(event);
      },
    });
    const events = generator();
    for (let n = 0; n < 20_000; n++) sender.add({ event: events.next(startTime + n), madeAt: 0 });
    sender.close();
    await sender.run();
    await session.close();
    expect([acked, sender.failure, requests > 12]).toEqual([20_000, null, true]);
    expectExactlyOnce(await topicContents(kafka, topic), { acked, digest: digest.finish() });
  });
});
