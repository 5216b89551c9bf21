import type pg from 'pg';
import { type Check, counted, examplesShown, listed, passed } from './check.ts';
import { differingBuckets, type Fingerprint, fingerprints, rowsIn } from './fingerprints.ts';
import type { Comparison } from './relations.ts';

/** Compares both sides of a table: fingerprints first, then `except all` both ways where they differ. */
export async function compareTable(client: pg.Client, comparison: Comparison): Promise<Check> {
  const expected = await fingerprints(client, comparison.expected, comparison);
  const actual = await fingerprints(client, comparison.actual, comparison);
  return await checkOf(client, comparison, expected, actual);
}

/** The check that two sides' fingerprints amount to. */
export async function checkOf(
  client: pg.Client,
  comparison: Comparison,
  expected: ReadonlyMap<string, Fingerprint>,
  actual: ReadonlyMap<string, Fingerprint>,
): Promise<Check> {
  const rows = counted(rowsIn(expected), 'row');
  const buckets = differingBuckets(expected, actual);
  if (buckets.length === 0) return passed(comparison.name, rows);
  return {
    name: comparison.name,
    ok: false,
    expected: rows,
    actual: await differences(client, comparison, buckets),
  };
}

async function differences(
  client: pg.Client,
  comparison: Comparison,
  buckets: readonly string[],
): Promise<string> {
  const { key, columns, bucket } = comparison;
  const within = `where (${bucket})::text = any($1)`;
  const match = key.map((column) => `missing.${column} = extra.${column}`).join(' and ');
  const values = (side: string): string =>
    `array[${columns.map((column) => `${side}.${column}::text`).join(', ')}]`;
  const { rows } = await client.query<{ missing: number; extra: number; examples: Example[] }>(
    `with expected as materialized (select ${columns.join(', ')} from (${comparison.expected}) as side ${within}),
    actual as materialized (select ${columns.join(', ')} from (${comparison.actual}) as side ${within}),
    missing as materialized (select * from expected except all select * from actual),
    extra as materialized (select * from actual except all select * from expected)
    select
      (select count(*)::integer from missing) as missing,
      (select count(*)::integer from extra) as extra,
      (
        select json_agg(example)
        from (
          select
            case when missing.${key[0]} is not null then ${values('missing')} end as expected,
            case when extra.${key[0]} is not null then ${values('extra')} end as actual
          from missing
          full join extra on ${match}
          order by ${key.map((column) => `coalesce(missing.${column}, extra.${column})`).join(', ')}
          limit ${examplesShown}
        ) as example
      ) as examples`,
    [buckets],
  );
  const found = rows[0];
  if (!found) throw new Error('a select without from gives one row');
  const examples = listed((found.examples ?? []).map((example) => describe(example, comparison)));
  return `${counted(found.missing, 'row')} missing, ${counted(found.extra, 'row')} not expected: ${examples}`;
}

/** Values in the order of the columns; null for a side that lacks the row. */
interface Example {
  expected: (string | null)[] | null;
  actual: (string | null)[] | null;
}

function describe({ expected, actual }: Example, { key, columns, personal = [] }: Comparison): string {
  const of = (row: (string | null)[], column: string): string => row[columns.indexOf(column)] ?? 'null';
  const id = key.map((column) => `${column} ${of(expected ?? actual ?? [], column)}`).join(' ');
  if (actual === null) return `${id} is missing`;
  if (expected === null) return `${id} is not expected`;
  const changes = columns
    .filter((column) => of(expected, column) !== of(actual, column))
    .map((column) =>
      personal.includes(column)
        ? `another ${column}`
        : `${column} ${of(actual, column)} instead of ${of(expected, column)}`,
    );
  return `${id} has ${changes.join(', ')}`;
}
