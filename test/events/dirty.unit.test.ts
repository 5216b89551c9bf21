import { describe, expect, it } from 'vitest';
import { corrupt } from '../../src/events/corrupt.ts';
import { withDirt } from '../../src/events/dirty.ts';
import { dirtyMeanings } from '../../src/events/dirty-kinds.ts';
import { type DirtyKind, dirtyKinds, type EventSource, type ProducedEvent } from '../../src/events/event.ts';
import { OrderFold } from '../../src/events/fold.ts';
import { readOrderEvent } from '../../src/events/read-event.ts';
import { streamOf } from '../../src/events/streams.ts';
import { catalogue, generator, startTime, take } from './sample.ts';

const dirtyRun = (share: number, count: number, source: EventSource = generator()) =>
  take(withDirt({ source, catalogue, seed: 1, startTime, share }), count);
const placeOf = (kind: DirtyKind) => dirtyMeanings[kind].place;
const identityOf = ({ key, version }: ProducedEvent) => `${key} ${version}`;
const texts = (events: readonly ProducedEvent[]) =>
  events.map(({ value, ...rest }) => ({ ...rest, value: value.toString('latin1') }));
const count = (events: readonly ProducedEvent[], kind: DirtyKind) =>
  events.filter(({ dirty }) => dirty === kind).length;

describe('the schema', () => {
  it.each(dirtyKinds.filter((kind) => kind !== 'duplicate' && kind !== 'stale' && kind !== 'out_of_order'))(
    '%s: is accepted or refused as it is defined to be, in all its forms',
    (kind) => {
      const clean = take(generator(), 400);
      const random = streamOf(kind);
      for (const event of kind === 'huge' ? clean.slice(0, 20) : clean) {
        const dirty = corrupt(kind, event, random);
        const reading = readOrderEvent(dirty.value);
        expect(reading.event !== undefined, dirty.value.toString().slice(0, 2_000)).toBe(
          dirtyMeanings[kind].fitsSchema,
        );
        expect(dirty.dirty).toBe(kind);
        if (reading.event === undefined) {
          expect(dirty).toMatchObject({ key: event.key, version: 0, type: 'invalid', lines: '' });
        } else {
          expect(reading.event).toMatchObject({ order_id: dirty.key, version: dirty.version });
        }
        expect(dirty.value.length).toBeLessThan(720_000);
      }
    },
  );
});

describe('dirt', () => {
  const events = dirtyRun(0.2, 30_000);

  it('has the share that was asked for, in every kind', () => {
    const all = events.filter(({ dirty }) => dirty !== undefined).length;
    expect(all / events.length).toBeCloseTo(0.2, 1);
    for (const kind of dirtyKinds) {
      const expected = (kind === 'huge' ? 0.1 : 1) / 10.1;
      expect(count(events, kind) / all, kind).toBeGreaterThan(expected * 0.7);
      expect(count(events, kind) / all, kind).toBeLessThan(expected * 1.3);
    }
  });

  it('is the same again from the same seed, and none where none is wanted', () => {
    expect(texts(dirtyRun(0.2, 3_000))).toEqual(texts(events.slice(0, 3_000)));
    expect(texts(dirtyRun(0, 2_000))).toEqual(texts(take(generator(), 2_000)));
  });

  it('leaves the clean stream as it was, but for what comes later', () => {
    const kept = events.filter(({ dirty }) => dirty === undefined || placeOf(dirty) === 'instead');
    const clean = generator();
    const skipped = new Set<string>();
    for (const event of kept) {
      let expected = identityOf(clean.next(startTime));
      for (; expected !== identityOf(event); expected = identityOf(clean.next(startTime))) {
        skipped.add(expected);
        if (skipped.size > events.length) throw new Error(`${identityOf(event)} is out of its place`);
      }
    }
    const moved = events.filter(({ dirty }) => dirty !== undefined && placeOf(dirty) === 'moved');
    for (const event of moved) expect(skipped.delete(identityOf(event))).toBe(true);
    // The rest still waits for its orders' next events.
    expect(skipped.size).toBeLessThan(100);
  });

  it('gets from a correct consumer what each kind says, and changes nothing of the outcome', () => {
    const products = new Set(catalogue.products.map(({ id }) => id));
    const state = new OrderFold();
    for (const produced of events) {
      const { event } = readOrderEvent(produced.value);
      const wanted = produced.dirty === undefined ? 'apply' : dirtyMeanings[produced.dirty].verdict;
      const refused = event === undefined || event.lines.some(({ product_id }) => !products.has(product_id));
      const verdict = refused ? 'reject' : state.apply(event);
      expect(verdict === 'applied' ? 'apply' : verdict, produced.dirty).toBe(wanted);
    }
    const newest = new Map<string, number>();
    for (const { key, version, dirty } of events) {
      if (dirty !== undefined && placeOf(dirty) === 'extra') continue;
      newest.set(key, Math.max(version, newest.get(key) ?? 0));
    }
    const outcome = [...state.orders].map(([id, { version }]): [string, number] => [id, version]);
    expect(new Map(outcome)).toEqual(newest);
  });

  it('may be all there is', () => {
    const all = dirtyRun(1, 2_000);
    for (const kind of dirtyKinds) expect(count(all, kind), kind).toBeGreaterThan(0);
  });
});
