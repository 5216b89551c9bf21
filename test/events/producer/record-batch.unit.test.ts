import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import type { ProducedEvent } from '../../../src/events/event.ts';
import { crc32c } from '../../../src/events/producer/crc32c.ts';
import { recordBytes } from '../../../src/events/producer/outgoing.ts';
import { partitionOf } from '../../../src/events/producer/partition.ts';
import { encodeRecordBatch } from '../../../src/events/producer/record-batch.ts';

const outgoing = (key: string, value: Uint8Array) => ({
  madeAt: 0,
  event: { key, value: Buffer.from(value) } as ProducedEvent,
});
const identity = { producerId: 7n, producerEpoch: 1, firstSequence: 2 ** 31 - 1 };

describe('crc32c', () => {
  it('gives the published check values', () => {
    // RFC 3720, B.4, and the customary one.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('..123456789..'), 2, 11)).toBe(0xe3069283);
  });
});

describe('partitionOf', () => {
  it('is where kafkajs and every Java client put a key', () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: 'binary' }),
        fc.integer({ min: 1, max: 64 }),
        (key, n) => {
          const partitionMetadata = Array.from({ length: n }, (_, partitionId) => ({
            partitionId,
            leader: 1,
            partitionErrorCode: 0,
            replicas: [1],
            isr: [1],
          }));
          const message = { key, value: '' };
          expect(partitionOf(key, n)).toBe(partitioner({ topic: 't', partitionMetadata, message }));
        },
      ),
    );
  });
});

describe('encodeRecordBatch', () => {
  it('keeps its own measure, and lays the records out as Kafka reads them', () => {
    const records = fc.array(fc.tuple(fc.string({ maxLength: 60 }), fc.uint8Array({ maxLength: 300 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(records, (all) => {
        const items = all.map(([key, value]) => outgoing(key, value));
        const size = items.reduce((sum, item) => sum + recordBytes(item), 0);
        const bytes = encodeRecordBatch(items, size, identity, 1_525_132_800_000);
        expect(bytes.readInt32BE(8)).toBe(bytes.length - 12);
        expect(bytes.readUInt32BE(17)).toBe(crc32c(bytes.subarray(21)));
        expect([bytes[16], bytes.readInt32BE(23), bytes.readInt32BE(57)]).toEqual([
          2,
          all.length - 1,
          all.length,
        ]);
        expect([bytes.readBigInt64BE(43), bytes.readInt16BE(51), bytes.readInt32BE(53)]).toEqual([
          7n,
          1,
          2 ** 31 - 1,
        ]);
        expect(recordsOf(bytes)).toEqual(all.map(([key, value]) => [key, Buffer.from(value)]));
      }),
    );
  });
});

/** Key and value of each record, read by the format's description. */
function recordsOf(batch: Buffer): [string, Buffer][] {
  let at = 61;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = batch[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value / 2;
    }
  };
  const take = (length: number): Buffer => batch.subarray(at, (at += length));
  return Array.from({ length: batch.readInt32BE(57) }, (_, index) => {
    const length = varint();
    const end = at + length;
    take(1); // attributes
    expect([varint(), varint()]).toEqual([0, index]);
    const record: [string, Buffer] = [take(varint()).toString(), Buffer.from(take(varint()))];
    expect([varint(), at]).toEqual([0, end]);
    return record;
  });
}
