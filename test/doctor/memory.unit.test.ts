import { expect, it } from 'vitest';
import { checkMemory } from '../../src/doctor/machine.ts';

const gib = 1024 ** 3;

it.each([
  [2.4, 'problem', 'need 2.5 GiB'],
  [3, 'warning', 'Airflow would take'],
  [4.5, 'warning', '5 GiB are comfortable'],
  [5.1, 'ok', '5.1 GiB usable'],
])('%s GiB of memory: %s', (size, level, said) => {
  const found = checkMemory(size * gib);
  expect(found).toMatchObject({ level, message: expect.stringContaining(said) });
  if (level === 'warning' && size < 4) expect(found.remedy).toContain('shop-pipe up postgres kafka');
});
