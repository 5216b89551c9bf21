import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../src/events/producer/latencies.ts';

describe('Latencies', () => {
  it('has no quantile of nothing', () => {
    expect(new Latencies().quantile(0.5)).toBeNull();
  });

  it('is within 2.2 % of the exact quantile', () => {
    const times = fc.array(fc.double({ min: 0.001, max: 3_600_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(times, fc.constantFrom(0, 0.5, 0.99, 1), (all, share) => {
        const latencies = new Latencies();
        for (const ms of all) latencies.record(ms);
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
        const found = latencies.quantile(share) ?? 0;
        expect(found / exact).toBeGreaterThan(0.999);
        expect(found / exact).toBeLessThan(1.022);
      }),
    );
  });

  it('takes what is out of its range for the end of it', () => {
    const latencies = new Latencies();
    latencies.record(0);
    expect(latencies.quantile(1)).toBeCloseTo(0.001);
    latencies.record(1e12);
    expect(latencies.quantile(1)).toBeGreaterThan(3_600_000);
  });
});
