/** Messages by bucket: bucket n holds latencies in (1.1^(n-1), 1.1^n] milliseconds, bucket 0 those up to one. */
export type LatencyBuckets = ReadonlyMap<number, number>;

/**
 * Milliseconds that a `share` (0 to 1) of the messages took at most; null without messages. It is the upper end of a
 * bucket: never less than the truth, and at most a tenth more.
 */
export function quantile(buckets: LatencyBuckets, share: number): number | null {
  const counted = [...buckets].filter(([, messages]) => messages > 0).toSorted(([a], [b]) => a - b);
  const total = counted.reduce((sum, [, messages]) => sum + messages, 0);
  let left = Math.max(1, Math.ceil(share * total));
  for (const [bucket, messages] of counted) {
    left -= messages;
    if (left <= 0) return Math.ceil(1.1 ** bucket * 10 - 1e-6) / 10;
  }
  return null;
}
