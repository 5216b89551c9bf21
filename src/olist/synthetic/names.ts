import {
  firstNames,
  lastNames,
  productAdjectives,
  productMaterials,
  productNouns,
  slugOf,
} from '../pools.ts';
import type { Random } from './random.ts';

/** Bytes of every entry that names are put together from, ready to be copied. */
const bytesOf = (entries: readonly string[]): Uint8Array[] => entries.map((entry) => Buffer.from(entry));

export const first = bytesOf(firstNames);
export const firstSlugs = bytesOf(firstNames.map(slugOf));
export const last = bytesOf(lastNames);
export const lastSlugs = bytesOf(lastNames.map(slugOf));
export const adjectives = bytesOf(productAdjectives);
export const materials = bytesOf(productMaterials);
export const nouns = bytesOf(productNouns);

/** All that the names depend on, for the digest of a synthetic shop. */
export const pools = [firstNames, lastNames, productAdjectives, productMaterials, productNouns];

export const space = Buffer.from(' ');
export const dot = Buffer.from('.');
export const domain = Buffer.from('@example.com');

export const pick = (from: readonly Uint8Array[], random: Random): Uint8Array =>
  from[random.below(from.length)] as Uint8Array;
