import type pg from 'pg';
import { type Check, passed } from './check.ts';
import { compareTable } from './compare.ts';
import type { Comparison } from './relations.ts';
import type { Scope } from './scope.ts';

/**
 * The real-time rollups against the orders, and the zone that they were made in against the configured one. None where
 * they were never made: in a shop that was filled before there were any, and that no stream has written to since.
 *
 * @param at told what is looked at next
 */
export async function liveChecks(
  client: pg.Client,
  { liveTimezone }: Scope,
  configured: string,
  at: (what: string) => void,
): Promise<Check[]> {
  if (liveTimezone === null) return [];
  const checks: Check[] = [
    liveTimezone === configured
      ? passed('live_timezone', configured)
      : { name: 'live_timezone', ok: false, expected: configured, actual: liveTimezone },
  ];
  for (const table of liveTables(client.escapeLiteral(liveTimezone))) {
    at(table.name);
    checks.push(await compareTable(client, table));
  }
  return checks;
}

/**
 * The real-time rollups beside a recomputation from the orders of the snapshot. Each merge writes both in one
 * transaction, so they agree at any moment. A row of zeros is the same as none.
 *
 * @param zone SQL literal
 */
const liveTables = (zone: string): Comparison[] => [
  rollup({
    name: 'live_hourly_sales',
    key: ['order_hour'],
    figures: ['orders', 'units', 'revenue', 'cancellations', 'canceled_revenue'],
    bucket: 'order_hour::date',
    expected: `live.hourly_sales_of_orders(${zone})`,
    actual: 'live.hourly_sales',
  }),
  rollup({
    name: 'live_daily_product_sales',
    key: ['order_date', 'product_id'],
    figures: ['orders', 'units', 'revenue', 'cancellations'],
    bucket: 'order_date',
    expected: `live.daily_product_sales_of_orders(${zone})`,
    actual: 'live.daily_product_sales',
  }),
];

function rollup({
  figures,
  expected,
  actual,
  ...table
}: Pick<Comparison, 'name' | 'key' | 'bucket' | 'expected' | 'actual'> & { figures: string[] }): Comparison {
  const columns = [...table.key, ...figures];
  const rows = (source: string): string => `
    select ${columns.join(', ')}
    from ${source}
    where (${figures.join(', ')}) <> (${figures.map(() => '0').join(', ')})`;
  return { ...table, columns, expected: rows(expected), actual: rows(actual) };
}
