import type { Kafka } from 'kafkajs';
import type { WireRequest } from './produce-request.ts';

/**
 * The part of kafkajs below its producer: connections with TLS and SASL, reconnecting, metadata. Its `producer()` is
 * not used, see docs/decisions/produce.md.
 */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(address: { host: string; port: number }): void;
  findControllerBroker(): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(node: { nodeId: number }): Promise<Broker>;
}

export interface Broker {
  nodeId: number;
  disconnect(): Promise<void>;
  initProducerId(request: { transactionTimeout: number }): Promise<{
    producerId: { toString(): string };
    producerEpoch: number;
  }>;
  connectionPool: { host: string; port: number; send<T>(request: WireRequest<T>): Promise<T> };
}

interface ClusterOptions {
  allowAutoTopicCreation: boolean;
  maxInFlightRequests: number;
  metadataMaxAge: number;
}

/** A cluster with the client's own settings; kafkajs is pinned to the version in which this holds. */
export function clusterOf(kafka: Kafka): Cluster {
  const name = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (name === undefined) throw new Error('this kafkajs is not 2.2.4');
  const create = (kafka as unknown as Record<symbol, (options: ClusterOptions) => Cluster>)[name];
  return create!({ allowAutoTopicCreation: false, maxInFlightRequests: 1, metadataMaxAge: 300_000 });
}
