import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ProducedEvent } from '../../src/events/event.ts';
import { catalogue, contents, generator, read, sampleCatalogue, startTime, take } from './sample.ts';

const bytes = (events: readonly ProducedEvent[]) =>
  createHash('sha256')
    .update(Buffer.concat(events.map(({ value }) => value)))
    .digest('hex');
const share = (events: readonly ProducedEvent[], type: string) =>
  events.filter((event) => event.type === type).length / events.length;

describe('a generator', () => {
  it('makes the same bytes of the same seed, start time, catalogue and times', () => {
    expect(bytes(take(generator(), 3_000))).toBe(bytes(take(generator(), 3_000)));
  });

  it('makes these very bytes, whatever the version of Node', () => {
    expect(bytes(take(generator(), 3_000))).toBe(
      '80fcbada4ff1f933ab60972fc176ba366ca4a71a0a0fa36186c75a1424d40271',
    );
  });

  it('makes the same events in the same order at any rate', () => {
    expect(contents(take(generator(), 3_000, 10))).toEqual(contents(take(generator(), 3_000, 20_000)));
  });

  it('makes what a longer run begins with', () => {
    expect(contents(take(generator(), 500))).toEqual(contents(take(generator(), 3_000)).slice(0, 500));
  });

  it('makes other orders of another start time, with the same customers, lines and lives', () => {
    const one = take(generator(), 1_000);
    const other = take(generator({ startTime: startTime + 1 }), 1_000);
    expect(other.map(({ lines, type }) => [lines, type])).toEqual(
      one.map(({ lines, type }) => [lines, type]),
    );
    expect(other.map((event) => read(event).customer.name)).toEqual(
      one.map((event) => read(event).customer.name),
    );
    const keys = new Set(one.map(({ key }) => key));
    expect(other.filter(({ key }) => keys.has(key))).toEqual([]);
  });

  it.each([{ seed: 2 }, { catalogue: sampleCatalogue(300, 199) }, { shard: { index: 1, count: 2 } }])(
    'makes something else of %j',
    (options) => {
      const keys = new Set(take(generator(), 1_000).map(({ key }) => key));
      expect(take(generator(options), 1_000).filter(({ key }) => keys.has(key))).toEqual([]);
    },
  );

  it('has shards that share no order, event or new customer', () => {
    const events = [0, 1, 2].flatMap((index) =>
      take(generator({ shard: { index, count: 3 }, newCustomerShare: 1 }), 1_000).map(read),
    );
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(3_000);
    const orders = new Set(events.filter(({ version }) => version === 1).map(({ order_id }) => order_id));
    expect(orders.size).toBe(events.filter(({ version }) => version === 1).length);
    expect(new Set(events.map(({ customer }) => customer.id)).size).toBe(orders.size);
    expect(new Set(events.map(({ customer }) => customer.email)).size).toBe(orders.size);
  });

  it('mixes the types steadily, from the first hundreds on', () => {
    const events = take(generator(), 40_000);
    for (const part of [events.slice(300, 1_000), events.slice(1_000, 5_000), events.slice(5_000)]) {
      expect(share(part, 'order_created')).toBeGreaterThan(0.24);
      expect(share(part, 'order_created')).toBeLessThan(0.29);
      expect(share(part, 'order_approved')).toBeCloseTo(0.255, 1.5);
      expect(share(part, 'order_shipped')).toBeCloseTo(0.245, 1.5);
      expect(share(part, 'order_delivered')).toBeCloseTo(0.235, 1.5);
    }
    // Of the orders that ended.
    const canceled = share(events, 'order_canceled');
    expect(canceled / (canceled + share(events, 'order_delivered'))).toBeCloseTo(0.0063, 2);
  });

  it('cancels, and meets new customers, as often as it is told to', () => {
    const events = take(generator({ canceledShare: 0.3, newCustomerShare: 0.2 }), 20_000);
    const canceled = share(events, 'order_canceled');
    expect(canceled / (canceled + share(events, 'order_delivered'))).toBeCloseTo(0.3, 1);
    const known = new Set(catalogue.customers);
    const created = events.filter(({ version }) => version === 1).map(read);
    const fresh = created.filter(({ customer }) => !known.has(JSON.stringify(customer)));
    expect(fresh.length / created.length).toBeCloseTo(0.2, 1);
    for (const { customer, order_timestamp } of fresh) {
      expect(customer.email).toMatch(/^[a-z0-9.]+@example\.com$/);
      expect(customer.created_at).toBe(order_timestamp);
    }
  });

  it('keeps a bounded number of orders under way, for all shards together', () => {
    const source = generator({ liveOrders: 200, shard: { index: 0, count: 2 } });
    let most = 0;
    for (let n = 0; n < 30_000; n++) {
      source.next(startTime + n);
      most = Math.max(most, source.live);
    }
    expect(most).toBeLessThanOrEqual(100);
    expect(most).toBeGreaterThan(80);
  });

  it('sells what the catalogue has, at its price, popular things more often, Olist-sized baskets', () => {
    const prices = new Map(catalogue.products.map(({ id, price }) => [id, price]));
    const sold = new Map<string, number>();
    const created = take(generator({ liveOrders: 10 }), 20_000).filter(({ version }) => version === 1);
    for (const { lines: text, ...event } of created) {
      const { lines } = read({ lines: text, ...event });
      expect(lines.map((line) => [line.product_id, line.quantity, line.price].join(':')).join()).toBe(text);
      for (const { product_id, price } of lines) {
        expect(price).toBe(prices.get(product_id));
        sold.set(product_id, (sold.get(product_id) ?? 0) + 1);
      }
    }
    const lines = [...sold.values()].reduce((sum, count) => sum + count, 0);
    expect(lines / created.length).toBeCloseTo(1.037, 1);
    const top = catalogue.products.slice(0, 30).reduce((sum, { id }) => sum + (sold.get(id) ?? 0), 0);
    // The tenth of the products with the most sales has more than twice its share.
    expect(top / lines).toBeGreaterThan(0.2);
  });

  it('manages with one product and one customer', () => {
    for (const event of take(generator({ catalogue: sampleCatalogue(1, 1) }), 2_000)) read(event);
  });

  it('makes events of some 500 bytes', () => {
    const events = take(generator(), 2_000);
    expect(events.reduce((sum, { value }) => sum + value.length, 0) / events.length).toBeCloseTo(500, -2);
  });
});
