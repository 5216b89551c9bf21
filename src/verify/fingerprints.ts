import type pg from 'pg';
import type { Comparison } from './relations.ts';

/** A bucket's rows in one number, whatever their order: equal rows, equal sum; other rows, another sum but for 1 in 2^64. */
export interface Fingerprint {
  rows: number;
  sum: string;
}

/** SQL aggregate over rows of `columns`. A sum, not xor: a row that is there twice must not vanish. */
export const fingerprintOf = (columns: readonly string[]): string =>
  `sum(hash_record_extended(row(${columns.join(', ')}), 0))::text`;

/** One pass over one side. */
export async function fingerprints(
  client: pg.Client,
  side: string,
  { columns, bucket }: Comparison,
): Promise<Map<string, Fingerprint>> {
  const { rows } = await client.query<{ bucket: string; rows: string; sum: string }>(
    `select (${bucket})::text as bucket, count(*) as rows, ${fingerprintOf(columns)} as sum
    from (${side}) as side
    group by 1`,
  );
  return new Map(rows.map(({ bucket: name, rows: n, sum }) => [name, { rows: Number(n), sum }]));
}

/** The buckets that are not the same on both sides, in order. */
export function differingBuckets(
  expected: ReadonlyMap<string, Fingerprint>,
  actual: ReadonlyMap<string, Fingerprint>,
): string[] {
  return [...new Set([...expected.keys(), ...actual.keys()])]
    .filter((bucket) => {
      const [one, other] = [expected.get(bucket), actual.get(bucket)];
      return one?.rows !== other?.rows || one?.sum !== other?.sum;
    })
    .sort();
}

export const rowsIn = (buckets: ReadonlyMap<string, Fingerprint>): number =>
  [...buckets.values()].reduce((sum, { rows }) => sum + rows, 0);
