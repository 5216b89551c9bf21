import { WireReader } from '../../kafka/wire-reader.ts';

/** One batch for one partition, ready to be sent as often as it takes. */
export interface SealedBatch {
  partition: number;
  bytes: Buffer;
}

/** What the broker says to one batch; 0 is written. Codes: https://kafka.apache.org/protocol#protocol_error_codes */
export interface PartitionAnswer {
  partition: number;
  errorCode: number;
}

/** A request as kafkajs's connections take it. */
export interface WireRequest<T> {
  request: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    /** The body, as kafkajs's Encoder has it: `buf` for its check, `buffer` for its bytes. */
    encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  response: {
    decode(payload: Buffer): Promise<{ answers: T; clientSideThrottleTime: number }>;
    parse(decoded: { answers: T }): Promise<T>;
  };
  logResponseError: boolean;
}

/** How long the broker may wait for its in-sync replicas before it answers that they are late. */
const replicaTimeoutMs = 20_000;

/**
 * Produce, version 7 (Kafka 2.1 and later), acks=all, of at most one batch per partition. Unlike kafkajs's own it does
 * not throw at the first partition that refused: each has its answer.
 */
export function produceRequest(
  topic: string,
  batches: readonly SealedBatch[],
): WireRequest<PartitionAnswer[]> {
  return {
    request: { apiKey: 0, apiVersion: 7, apiName: 'Produce', encode: async () => encode(topic, batches) },
    response: { decode: async (payload) => decode(payload), parse: async ({ answers }) => answers },
    logResponseError: false,
  };
}

function encode(topic: string, batches: readonly SealedBatch[]): { buf: Buffer; buffer: Buffer } {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(2 + 2 + 4 + 4 + 2 + name.length + 4);
  let at = head.writeInt16BE(-1, 0); // no transactional id
  at = head.writeInt16BE(-1, at); // acks=all
  at = head.writeInt32BE(replicaTimeoutMs, at);
  at = head.writeInt32BE(1, at); // topics
  at = head.writeInt16BE(name.length, at);
  at += name.copy(head, at);
  head.writeInt32BE(batches.length, at);
  const parts: Buffer[] = [head];
  for (const { partition, bytes } of batches) {
    const prefix = Buffer.alloc(8);
    prefix.writeInt32BE(partition, 0);
    prefix.writeInt32BE(bytes.length, 4);
    parts.push(prefix, bytes);
  }
  const body = Buffer.concat(parts);
  return { buf: body, buffer: body };
}

function decode(payload: Buffer): { answers: PartitionAnswer[]; clientSideThrottleTime: number } {
  const answer = new WireReader(payload);
  const topics = answer.array(() => {
    answer.string();
    return answer.array(() => {
      const partition = answer.int32();
      const errorCode = answer.int16();
      answer.int64(); // base offset
      answer.int64(); // log append time
      answer.int64(); // log start offset
      return { partition, errorCode };
    });
  });
  return { answers: topics.flat(), clientSideThrottleTime: answer.int32() };
}
