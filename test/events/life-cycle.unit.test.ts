import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinal, paths, successors } from '../../src/events/life-cycle.ts';
import type { OrderEvent } from '../../src/events/schema.ts';
import { generator, read, startTime } from './sample.ts';

describe('the lives of an order', () => {
  it.each(Object.entries(paths))(
    '%s: each state follows from the one before, the last one ends it',
    (_, path) => {
      expect(path[0]).toBe('created');
      path.slice(1).forEach((status, index) => {
        const before = path[index];
        expect(before && successors[before]).toContain(status);
      });
      const last = path.at(-1);
      expect(last && isFinal(last)).toBe(true);
    },
  );
});

/** What an order keeps from its first event to its last. */
const kept = ({ order_id, order_timestamp, customer, lines }: OrderEvent) => ({
  order_id,
  order_timestamp,
  customer,
  lines,
});

it('every event follows from the one before it of its order', () => {
  const runs = fc.record({
    seed: fc.nat(),
    canceledShare: fc.constantFrom(0, 0.006, 0.5, 1),
    newCustomerShare: fc.constantFrom(0, 0.5, 1),
    liveOrders: fc.constantFrom(1, 7, 50_000),
    // Any clock, even one that goes back.
    steps: fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 200 }),
  });
  fc.assert(
    fc.property(runs, ({ steps, ...options }) => {
      const source = generator(options);
      const orders = new Map<string, OrderEvent>();
      let now = startTime;
      let open = 0;
      for (const step of steps) {
        now += step;
        const produced = source.next(now);
        const event = read(produced);
        const before = orders.get(event.order_id);
        expect(produced).toMatchObject({
          key: event.order_id,
          version: event.version,
          type: event.event_type,
          dirty: undefined,
        });
        expect(event.version).toBe((before?.version ?? 0) + 1);
        if (before === undefined) {
          expect(event.status).toBe('created');
          expect(event.event_time).toBe(event.order_timestamp);
          open++;
        } else {
          expect(successors[before.status]).toContain(event.status);
          expect(kept(event)).toEqual(kept(before));
          expect(event.event_time >= before.event_time).toBe(true);
          expect(event.event_id).not.toBe(before.event_id);
        }
        if (isFinal(event.status)) open--;
        orders.set(event.order_id, event);
        expect(source.live).toBe(open);
        expect(open).toBeLessThanOrEqual(options.liveOrders);
      }
    }),
    { numRuns: 60 },
  );
});
