import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { type Broker, type Cluster, clusterOf } from './cluster.ts';
import { type PartitionAnswer, produceRequest, type SealedBatch } from './produce-request.ts';

/** The answer to one batch: the broker's error code (0 is written), or why none came. */
export type Answer = { partition: number } & ({ errorCode: number } | { trouble: string });

/**
 * One idempotent producer: a producer id, which lives as long as this object, over connections that come and go. The
 * broker tells a batch that it has from a new one by (producer id, partition, first sequence number).
 */
export class ProducerSession {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** As the topic was at the start: more of them later would move keys and end the order of their events. */
  readonly partitions: number;

  private constructor(cluster: Cluster, topic: string, id: { producerId: bigint; producerEpoch: number }) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.producerId = id.producerId;
    this.producerEpoch = id.producerEpoch;
    this.partitions = cluster.findTopicPartitionMetadata(topic).length;
  }

  /** @throws kafkajs's errors: the cluster is not reached within some ten seconds, or has no such topic. */
  static async open(kafka: Kafka, topic: string): Promise<ProducerSession> {
    const cluster = clusterOf(kafka);
    try {
      await cluster.connect();
      await cluster.addTargetTopic(topic);
      const { producerId, producerEpoch } = await newProducerId(cluster);
      const id = { producerId: BigInt(producerId.toString()), producerEpoch };
      return new ProducerSession(cluster, topic, id);
    } catch (error) {
      void cluster.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** Sends each batch to its partition's leader, one request a leader, and tells of every one what came back. */
  async produce(batches: readonly SealedBatch[]): Promise<Answer[]> {
    try {
      await this.#cluster.refreshMetadataIfNecessary();
    } catch (error) {
      return troubled(batches, error);
    }
    const byLeader = new Map<number, SealedBatch[]>();
    for (const batch of batches) {
      const leader = this.#leaderOf(batch.partition);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    }
    const answers = [...byLeader].map(([leader, theirs]) => this.#produceAt(leader, theirs));
    return (await Promise.all(answers)).flat();
  }

  /** After trouble: whoever leads now, over a new connection where the old one is gone. */
  async recover(): Promise<void> {
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
    } catch {
      // Still away. The next try says so, and the caller counts how long.
    }
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect().catch(() => undefined);
  }

  #leaderOf(partition: number): number {
    const found = this.#cluster.findTopicPartitionMetadata(this.#topic);
    return found.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
  }

  async #produceAt(leader: number, batches: readonly SealedBatch[]): Promise<Answer[]> {
    if (leader < 0)
      return batches.map(({ partition }) => ({ partition, trouble: 'the partition has no leader' }));
    let broker: Broker | null = null;
    let answers: PartitionAnswer[];
    try {
      broker = await this.#cluster.findBroker({ nodeId: leader });
      answers = await broker.connectionPool.send(produceRequest(this.#topic, batches));
    } catch (error) {
      if (broker && (error as Error).name === 'KafkaJSConnectionClosedError') {
        await broker.disconnect().catch(() => undefined);
        this.#cluster.removeBroker(broker.connectionPool);
      }
      return troubled(batches, error);
    }
    return batches.map(
      ({ partition }): Answer =>
        answers.find((answer) => answer.partition === partition) ?? {
          partition,
          trouble: 'the broker left it unanswered',
        },
    );
  }
}

/** A broker that has just started answers before it can give an id away, for a second or two. */
async function newProducerId(cluster: Cluster): ReturnType<Broker['initProducerId']> {
  for (let left = 50; ; left--) {
    try {
      const broker = await cluster.findControllerBroker();
      return await broker.initProducerId({ transactionTimeout: 60_000 });
    } catch (error) {
      const { name, retriable } = error as { name: string; retriable?: boolean };
      if (left === 0 || name !== 'KafkaJSProtocolError' || !retriable) throw error;
      await delay(200);
    }
  }
}

/** What kafkajs and sockets throw is trouble that passes; anything else is a bug, and no patience mends it. */
function troubled(batches: readonly SealedBatch[], error: unknown): Answer[] {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (!name.startsWith('KafkaJS') && code === undefined) throw error;
  return batches.map(({ partition }) => ({ partition, trouble: message }));
}
