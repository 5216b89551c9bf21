import { describe, expect, it } from 'vitest';
import * as pools from '../../src/olist/pools.ts';

const { slugOf, ...lists } = pools;

describe('the pools of names', () => {
  it.each(Object.entries(lists))('%s are distinct, not empty and without spaces around', (_, entries) => {
    expect(entries.length).toBeGreaterThan(5);
    expect(new Set(entries).size).toBe(entries.length);
    for (const entry of entries) expect(entry).toBe(entry.trim());
  });

  it('give parts of addresses', () => {
    expect(['Célia', 'Ana Júlia', "D'Ávila "].map(slugOf)).toEqual(['celia', 'ana.julia', 'd.avila']);
    for (const name of pools.firstNames) expect(slugOf(name)).toMatch(/^[a-z0-9]+(\.[a-z0-9]+)*$/);
  });
});
