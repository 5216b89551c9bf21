import { createHash } from 'node:crypto';
import { kinds, Random } from '../olist/synthetic/random.ts';

/** The random numbers that belong to `parts`, e.g. a seed and what they are for: other parts, another stream. */
export function streamOf(...parts: readonly (string | number)[]): Random {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return new Random(0, kinds.order).from(Int32Array.from([0, 4, 8, 12], (at) => hash.readInt32LE(at)));
}

const hex = Array.from({ length: 0x1_0000 }, (_, word) => word.toString(16).padStart(4, '0'));

/** 128 random bits in a uuid's form. */
export function drawUuid(random: Random): string {
  const a = random.uniform() * 0x1_0000_0000;
  const b = random.uniform() * 0x1_0000_0000;
  const c = random.uniform() * 0x1_0000_0000;
  const d = random.uniform() * 0x1_0000_0000;
  return `${hex[a >>> 16]}${hex[a & 0xffff]}-${hex[b >>> 16]}-${hex[b & 0xffff]}-${hex[c >>> 16]}-${hex[c & 0xffff]}${hex[d >>> 16]}${hex[d & 0xffff]}`;
}
