import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parametersFrom } from '../../../src/olist/synthetic/parameters.ts';
import { SyntheticShop } from '../../../src/olist/synthetic/shop.ts';
import { bytesOf } from './binary-copy.ts';
import { contentsOf } from './shop-contents.ts';

const shopOf = (orders: number, seed: number, days?: number): SyntheticShop =>
  new SyntheticShop(parametersFrom({ orders, seed, days }));

async function hashOf(shop: SyntheticShop): Promise<string> {
  const hash = createHash('sha256');
  for (const table of ['customers', 'products', 'orders'] as const) hash.update(await bytesOf(shop[table]()));
  return hash.digest('hex');
}

test('the same seed gives the same bytes, from one shop twice and from another one', async () => {
  const shop = shopOf(5000, 11);
  const hash = await hashOf(shop);
  expect(await hashOf(shop)).toBe(hash);
  expect(await hashOf(shopOf(5000, 11))).toBe(hash);
});

test('another seed, in its low or its high 32 bits, gives other bytes', async () => {
  const hashes = await Promise.all([11, 12, 11 + 2 ** 32].map((seed) => hashOf(shopOf(2000, seed))));
  expect(new Set(hashes).size).toBe(3);
});

// When this fails on purpose, raise generatorVersion in seed.ts: a shop that was seeded before is other data now.
test('the bytes are those of generator version 1', async () => {
  expect(await hashOf(shopOf(1000, 1))).toMatchInlineSnapshot(
    `"2597000e6cb768f7335146c23e4326ab7fa868a6f00eb133d5ca400007b4d358"`,
  );
});

test('any shop holds together: keys, references, first orders, the order of time', async () => {
  const small = fc.record({
    orders: fc.integer({ min: 1, max: 1500 }),
    seed: fc.maxSafeNat(),
    days: fc.integer({ min: 1, max: 900 }),
  });
  await fc.assert(
    fc.asyncProperty(small, async ({ orders, seed, days }) => {
      const shop = shopOf(orders, seed, days);
      const { customers, products, lines } = await contentsOf(shop);
      expect(new Set(lines.map((line) => line.order)).size).toBe(orders);
      expect(new Set(lines.map((line) => line.order + line.product)).size).toBe(lines.length);
      expect(products.size).toBe(shop.products().of);
      expect(customers.size).toBe(shop.customers().of);
      expect(new Set([...customers.values()].map(({ email }) => email)).size).toBe(customers.size);
      const firstOrder = new Map<string, number>();
      let before = Date.parse('2018-09-01T03:00:00Z') / 1000 - (days + 1) * 86_400;
      for (const line of lines) {
        expect(line.at).toBeGreaterThanOrEqual(before);
        before = line.at;
        expect(line.cents).toBe(products.get(line.product)?.cents);
        expect(line.quantity).toBeGreaterThan(0);
        if (!firstOrder.has(line.customer)) firstOrder.set(line.customer, line.at);
      }
      expect(before).toBeLessThan(Date.parse('2018-09-01T03:00:00Z') / 1000);
      // The other way round as well: every customer has an order.
      expect(firstOrder.size).toBe(customers.size);
      for (const [id, at] of firstOrder) expect(customers.get(id)?.createdAt).toBe(at);
      // One customer, instant and status per order.
      const heads = lines.map(({ order, customer, at, status }) => [order, customer, at, status].join());
      expect(new Set(heads).size).toBe(orders);
    }),
    { numRuns: 25 },
  );
});

test('names are a person’s, addresses under example.com, product names and categories words', async () => {
  const { customers, products } = await contentsOf(shopOf(3000, 5));
  for (const { name, email } of customers.values()) {
    expect(name).toMatch(/^\p{Lu}[\p{L} ']+ \p{Lu}[\p{L} ']+$/u);
    expect(email).toMatch(/^[a-z0-9.]+\.[a-z0-9.]+\.[0-9a-f]{8}@example\.com$/);
  }
  for (const { name, category, cents } of products.values()) {
    expect(name.split(' ').length).toBeGreaterThanOrEqual(3);
    expect(category).toMatch(/^[a-z0-9_]+$/);
    expect(cents).toBeGreaterThan(0);
  }
});

test('memory stays flat over a million orders', { timeout: 60_000 }, async () => {
  const shop = shopOf(1_000_000, 3);
  const before = process.memoryUsage().heapUsed;
  let heap = 0;
  let rows = 0;
  for (const stream of [shop.customers(), shop.products(), shop.orders()]) {
    let chunks = 0;
    for await (const chunk of stream) {
      expect(chunk.length).toBeLessThan(192 * 1024);
      if (chunks++ % 16 === 0) heap = Math.max(heap, process.memoryUsage().heapUsed);
    }
    rows += stream.rows;
  }
  expect(rows).toBeGreaterThan(2_000_000);
  // The rows are 212 MB; the heap's growth is the garbage between two collections.
  expect(heap - before).toBeLessThan(40e6);
});
