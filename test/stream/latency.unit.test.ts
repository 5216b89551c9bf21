import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile } from '../../src/stream/latency.ts';

/** As the job counts them: bucket n holds (1.1^(n-1), 1.1^n] milliseconds. */
const bucketOf = (ms: number): number => Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(1.1));

function bucketsOf(latencies: readonly number[]): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const ms of latencies) buckets.set(bucketOf(ms), (buckets.get(bucketOf(ms)) ?? 0) + 1);
  return buckets;
}

describe('quantiles of latency buckets', () => {
  it('are never below the truth, and at most a tenth above', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 86_400_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (latencies, share) => {
          const sorted = latencies.toSorted((a, b) => a - b);
          const truth = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
          const found = quantile(bucketsOf(latencies), share) ?? Number.NaN;
          // Shown with one decimal, rounded up.
          expect(found).toBeGreaterThanOrEqual(truth * (1 - 1e-9));
          expect(found).toBeLessThanOrEqual(Math.max(1, truth) * 1.1 * (1 + 1e-9) + 0.1);
        },
      ),
    );
  });

  it.each([
    [0, 1],
    [1, 1],
    [1.05, 1.1],
    [1.1, 1.1],
    [1.2, 1.3],
    [100, 106.8],
    [1000, 1051.2],
  ])('%d ms alone is %d ms', (ms, shown) => {
    expect(quantile(bucketsOf([ms]), 0.5)).toBe(shown);
  });

  it('are null without messages, and pass over empty buckets', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[3, 0]]), 0.99)).toBeNull();
    expect(
      quantile(
        new Map([
          [0, 0],
          [10, 1],
        ]),
        0,
      ),
    ).toBe(quantile(new Map([[10, 1]]), 1));
  });

  it('p50 and p99 stand where the ranks say', () => {
    const buckets = new Map([
      [0, 50],
      [10, 49],
      [20, 1],
    ]);
    expect(quantile(buckets, 0.5)).toBe(1);
    expect(quantile(buckets, 0.51)).toBe(2.6);
    expect(quantile(buckets, 0.99)).toBe(2.6);
    expect(quantile(buckets, 1)).toBe(6.8);
  });
});
