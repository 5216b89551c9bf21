import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, OrderFold } from '../../src/events/fold.ts';
import { generator, read, take } from './sample.ts';

const events = take(generator({ liveOrders: 10, canceledShare: 0.2 }), 60).map(read);
const outcome = fold(events);

/** Events in any order, some of them several times, cut into batches. */
const deliveries = fc
  .tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.array(fc.constantFrom(...events)))
  .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }))
  .chain((delivered) => fc.tuple(fc.constant(delivered), fc.array(fc.integer({ min: 1, max: 40 }))));

describe('the fold', () => {
  it('ends where each order was last', () => {
    for (const [id, state] of outcome) {
      expect(state).toBe(events.findLast(({ order_id }) => order_id === id));
    }
    expect(outcome.size).toBe(events.filter(({ version }) => version === 1).length);
  });

  it('comes to the same, however events are permuted, repeated and batched', () => {
    fc.assert(
      fc.property(deliveries, ([delivered, sizes]) => {
        expect(fold(delivered)).toEqual(outcome);
        const batched = new OrderFold();
        const verdicts: string[] = [];
        const rest = [...delivered];
        for (const size of [...sizes, rest.length])
          verdicts.push(...batched.applyBatch(rest.splice(0, size)));
        expect(batched.orders).toEqual(outcome);
        expect(verdicts).toHaveLength(delivered.length);
        expect(verdicts.filter((one) => one === 'applied').length).toBeGreaterThanOrEqual(outcome.size);
      }),
      { numRuns: 100 },
    );
  });

  it('judges single events as batches of one', () => {
    fc.assert(
      fc.property(deliveries, ([delivered]) => {
        const single = new OrderFold();
        const batched = new OrderFold();
        for (const event of delivered) expect(batched.applyBatch([event])).toEqual([single.apply(event)]);
      }),
      { numRuns: 30 },
    );
  });

  it('says of each event in a batch what became of it', () => {
    const [one, two, three] = [1, 2, 3].map((version) => ({ ...events[0], version })) as typeof events;
    if (!one || !two || !three) throw new Error('no events');
    const state = new OrderFold();
    expect(state.applyBatch([two, one, two])).toEqual(['applied', 'superseded', 'duplicate']);
    expect(state.applyBatch([one, two, three])).toEqual(['stale', 'duplicate', 'applied']);
  });
});
