import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AliasTable } from '../../../src/olist/synthetic/alias-table.ts';
import { CopyWriter } from '../../../src/olist/synthetic/copy-writer.ts';
import { Demand } from '../../../src/olist/synthetic/demand.ts';
import { localDays } from '../../../src/olist/synthetic/local-days.ts';
import { Loyalty } from '../../../src/olist/synthetic/loyalty.ts';
import { parametersFrom } from '../../../src/olist/synthetic/parameters.ts';
import { kinds, mix, Random } from '../../../src/olist/synthetic/random.ts';
import { centsOf, instantOf, int4Of, rowsIn } from './binary-copy.ts';

describe('parameters', () => {
  test.each([
    [{ orders: 0, seed: 1 }, 'bad_orders'],
    [{ orders: -5, seed: 1 }, 'bad_orders'],
    [{ orders: 200_000_001, seed: 1 }, 'bad_orders'],
    [{ orders: 1.5, seed: 1 }, 'bad_orders'],
    [{ orders: Number.NaN, seed: 1 }, 'bad_orders'],
    [{ orders: 10, seed: 0.5 }, 'bad_seed'],
    [{ orders: 10, seed: -1 }, 'bad_seed'],
    [{ orders: 10, seed: 2 ** 53 }, 'bad_seed'],
    [{ orders: 10, seed: Number.POSITIVE_INFINITY }, 'bad_seed'],
    [{ orders: 10, seed: 1, days: 0 }, 'bad_days'],
    [{ orders: 10, seed: 1, days: 3654 }, 'bad_days'],
    [{ orders: 10, seed: 1, days: 7.5 }, 'bad_days'],
  ])('%j is refused: %s', (options, code) => {
    expect(() => parametersFrom(options)).toThrow(expect.objectContaining({ kind: 'usage', code }));
  });
});

describe('the binary COPY writer', () => {
  test('numbers and instants come back', () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 999_999 }),
      fc.integer({ min: 0, max: 4_102_444_800 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), (rows) => {
        const out = new CopyWriter();
        for (const [cents, instant, quantity] of rows) {
          out.row(3);
          out.cents(cents);
          out.instant(instant);
          out.int4(quantity);
        }
        const back = [...rowsIn(out.end())].map(([cents, instant, quantity]) => [
          centsOf(cents as Buffer),
          instantOf(instant as Buffer),
          int4Of(quantity as Buffer),
        ]);
        expect(back).toEqual(rows);
      }),
    );
  });
});

test('sums of money are numerics of two decimals, of any size; of nothing, a plain 0', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10 ** 14 }), { maxLength: 50 }), (sums) => {
      const out = new CopyWriter();
      for (const cents of sums) {
        out.row(1);
        out.money(cents);
      }
      expect([...rowsIn(out.end())].map(([cents]) => centsOf(cents as Buffer))).toEqual(sums);
    }),
  );
  const out = new CopyWriter();
  out.row(1);
  out.money(0);
  expect([...rowsIn(out.end())]).toEqual([[Buffer.alloc(8)]]);
});

describe('random numbers', () => {
  test('no two indices of any kind share an id, and half the bits change from one to the next', () => {
    const id = new Int32Array(4);
    const seen = new Set<string>();
    let flipped = 0;
    let before = [0, 0, 0, 0];
    for (const kind of Object.values(kinds)) {
      for (let index = 0; index < 20_000; index++) {
        mix(99, kind, index, id);
        seen.add(id.join());
        for (let word = 0; word < 4; word++) {
          const changed = ((id[word] as number) ^ (before[word] as number)) >>> 0;
          flipped += changed.toString(2).replaceAll('0', '').length;
        }
        before = [...id];
      }
    }
    const ids = 20_000 * Object.keys(kinds).length;
    expect(seen.size).toBe(ids);
    expect(flipped / ids).toBeGreaterThan(63.9);
    expect(flipped / ids).toBeLessThan(64.1);
  });

  test('an alias table draws by its weights', () => {
    const weights = [0.5, 0, 3, 1, 0.01, 7];
    const table = new AliasTable(weights);
    const random = new Random(1, kinds.price).at(0);
    const drawn = new Float64Array(weights.length);
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const index = table.draw(random);
      drawn[index] = (drawn[index] as number) + 1;
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, i) => {
      const share = weight / total;
      expect(Math.abs((drawn[i] as number) - n * share)).toBeLessThanOrEqual(4 * Math.sqrt(n * share));
    });
  });
});

describe('São Paulo’s days', () => {
  test('each day begins where the one before ends, over ten years', () => {
    const days = localDays('2018-08-31', 3653);
    days.forEach((day, i) => {
      const next = days[i + 1];
      if (next) expect(day.start + day.hours.length * 3600, day.date).toBe(next.start);
    });
    expect(days.filter(({ hours }) => hours.length !== 24)).toHaveLength(20);
  });

  test('midnight of 2017-10-15 does not exist, and 23 o’clock of 2018-02-17 comes twice', () => {
    const days = localDays('2018-08-31', 608);
    const spring = days.find(({ date }) => date === '2017-10-15');
    expect(spring).toMatchObject({ start: Date.parse('2017-10-15T01:00:00-02:00') / 1000, weekday: 6 });
    expect(spring?.hours).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    const autumn = days.find(({ date }) => date === '2018-02-17');
    expect(autumn?.start).toBe(Date.parse('2018-02-17T00:00:00-02:00') / 1000);
    expect(autumn?.hours.slice(-3)).toEqual([22, 23, 23]);
    expect(days.at(-1)).toMatchObject({ date: '2018-08-31', weekday: 4 });
  });
});

test('at 200 million orders every customer’s number is in range, and known before', () => {
  const parameters = parametersFrom({ orders: 200_000_000, seed: 2 });
  const demand = new Demand(parameters);
  const loyalty = new Loyalty(demand, 2, parameters.orders);
  expect(loyalty.customerOf(parameters.orders - 1)).toBeLessThan(loyalty.customers);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: parameters.orders - 1 }), (order) => {
      const customer = loyalty.customerOf(order);
      const first = Math.floor((customer * 30) / 29);
      expect(customer).toBeGreaterThanOrEqual(0);
      expect(first).toBeLessThanOrEqual(order);
      if (loyalty.isFirst(order)) expect(Math.abs(first - order)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});
