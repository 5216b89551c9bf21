import fc from 'fast-check';
import { expect, it } from 'vitest';
import { brokerAddress } from '../../src/kafka/target.ts';
import { WireReader } from '../../src/kafka/wire-reader.ts';

/** Kafka's unsigned varint: seven bits a byte, lowest first. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

it('reads compact strings, tags and 64-bit numbers of any size, one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }))),
      fc.array(fc.uint8Array({ maxLength: 200 })),
      fc.maxSafeInteger(),
      (texts, tags, number) => {
        const int64 = Buffer.alloc(8);
        int64.writeBigInt64BE(BigInt(number));
        const bytes = [
          ...varint(texts.length + 1),
          ...texts.flatMap((text) => {
            const encoded = Buffer.from(text ?? '');
            return [...varint(text === null ? 0 : encoded.length + 1), ...encoded];
          }),
          ...varint(tags.length),
          ...tags.flatMap((tag, i) => [...varint(i), ...varint(tag.length), ...tag]),
          ...int64,
        ];
        const reader = new WireReader(Buffer.from(bytes));
        const read = reader.compactArray(() => reader.compactString());
        reader.skipTags();
        expect([read, reader.int64()]).toEqual([texts, number]);
        expect(() => reader.int8()).toThrow(RangeError);
      },
    ),
  );
});

it.each([
  ['127.0.0.1:9092', '127.0.0.1', 9092],
  ['kafka.example.com:1', 'kafka.example.com', 1],
  ['[::1]:9094', '::1', 9094],
])('%s is host and port', (broker, host, port) => {
  expect(brokerAddress(broker)).toEqual({ host, port });
});
