import { crc32c } from './crc32c.ts';
import type { Outgoing } from './outgoing.ts';

/** What makes a batch the same batch to the broker, however often it is sent. */
export interface BatchIdentity {
  producerId: bigint;
  producerEpoch: number;
  /** Sequence number of the first record within its partition. */
  firstSequence: number;
}

const headerBytes = 61;

/**
 * Kafka's record batch, format 2, uncompressed. kafkajs has an encoder too, at five times the CPU per event; more
 * important, it numbers a batch anew at each try, while these bytes are made once and sent until they are acked.
 *
 * @param size at least what the records take, see `recordBytes`.
 * @param timestamp of every record, ms since 1970: the time of sending, as retention goes by it and an event may lie in 2018.
 */
export function encodeRecordBatch(
  records: readonly Outgoing[],
  size: number,
  identity: BatchIdentity,
  timestamp: number,
): Buffer {
  const bytes = Buffer.allocUnsafeSlow(headerBytes + size);
  let at = headerBytes;
  for (let index = 0; index < records.length; index++)
    at = writeRecord(bytes, at, records[index] as Outgoing, index);
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(at - 12, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(2, 16);
  bytes.writeInt16BE(0, 21);
  bytes.writeInt32BE(records.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(timestamp), 27);
  bytes.writeBigInt64BE(BigInt(timestamp), 35);
  bytes.writeBigInt64BE(identity.producerId, 43);
  bytes.writeInt16BE(identity.producerEpoch, 51);
  bytes.writeInt32BE(identity.firstSequence, 53);
  bytes.writeInt32BE(records.length, 57);
  bytes.writeUInt32BE(crc32c(bytes, 21, at), 17);
  return bytes.subarray(0, at);
}

/** length, attributes, timestamp delta 0, offset delta, key, value, no headers */
function writeRecord(
  bytes: Buffer,
  start: number,
  { event: { key, value } }: Outgoing,
  index: number,
): number {
  const keyLength = Buffer.byteLength(key);
  const valueLength = value.length;
  const length =
    3 + varintSize(index) + varintSize(keyLength) + keyLength + varintSize(valueLength) + valueLength;
  let at = writeVarint(bytes, start, length);
  bytes[at++] = 0;
  bytes[at++] = 0;
  at = writeVarint(bytes, at, index);
  at = writeVarint(bytes, at, keyLength);
  at += bytes.write(key, at, 'utf8');
  at = writeVarint(bytes, at, valueLength);
  bytes.set(value, at);
  at += valueLength;
  bytes[at++] = 0;
  return at;
}

/** Zigzag doubles what is not negative. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let left = value * 2;
  for (; left > 127; left = Math.floor(left / 128)) bytes[at++] = (left & 127) | 128;
  bytes[at++] = left;
  return at;
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value * 2; left > 127; left = Math.floor(left / 128)) size++;
  return size;
}
