import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogCap, Pacer } from '../../../src/events/producer/pacer.ts';

const endless = { count: Infinity, seconds: Infinity };

describe('Pacer', () => {
  it('holds any rate within 0.2 % over ten seconds, however late its ticks come', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1_000_000, noNaN: true }),
        fc.array(fc.double({ min: 0.001, max: 0.2, noNaN: true }), { minLength: 50, maxLength: 200 }),
        (rate, gaps) => {
          const pacer = new Pacer(rate, endless);
          let now = 0;
          for (let tick = 0; now < 10; tick++) {
            now += gaps[tick % gaps.length] ?? 0.01;
            pacer.take(now, Infinity);
          }
          expect(Math.abs(pacer.handedOut - now * rate)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('counts out exactly what a duration or a count asks for', () => {
    for (const rate of [0.5, 3, 10, 99.9, 100, 500, 20_000]) {
      const pacer = new Pacer(rate, { count: Infinity, seconds: 30 });
      let tick = 0;
      while (!pacer.finished(tick / 100)) pacer.take(++tick / 100, Infinity);
      expect(pacer.handedOut).toBe(Math.floor(rate * 30));
      expect(pacer.take(1e9, Infinity)).toBe(0);
    }
    const pacer = new Pacer(1_000, { count: 77, seconds: Infinity });
    expect([pacer.take(60, Infinity), pacer.take(61, Infinity), pacer.missed]).toEqual([77, 0, 0]);
    expect(pacer.finished(61)).toBe(true);
  });

  it('catches up what there is room for after an outage, and then holds the rate again', () => {
    const pacer = new Pacer(100, endless);
    expect(pacer.take(1, 1_000)).toBe(100);
    // A minute with room for 900 more.
    let granted = 0;
    for (let second = 2; second <= 61; second++) granted += pacer.take(second, 900 - granted);
    expect([granted, pacer.missed]).toEqual([900, 5_100]);
    expect(pacer.take(62, 1_000)).toBe(100);
    expect(pacer.take(63, 1_000)).toBe(100);
  });

  it('never hands out more than there is room for, and loses count of nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000), fc.nat(3_000))), (ticks) => {
        const pacer = new Pacer(777, endless);
        let now = 0;
        for (const [milliseconds, room] of ticks) {
          now += milliseconds / 1_000;
          expect(pacer.take(now, room)).toBeLessThanOrEqual(room);
          expect(pacer.handedOut + pacer.missed).toBe(Math.floor(now * 777 + 1e-9));
        }
      }),
    );
  });

  it('caps the backlog by seconds and by number', () => {
    expect([1, 500, 1_000_000].map(backlogCap)).toEqual([1_000, 2_500, 20_000]);
  });
});
