import type pg from 'pg';
import { type Check, counted, listed, passed } from './check.ts';
import type { FactDay } from './days.ts';
import { type Dimension, dimensions } from './relations.ts';
import type { Scope } from './scope.ts';

/** The zone that curated was built in is the configured one. */
export function timezoneCheck({ recordedTimezone, curated }: Scope, configured: string): Check {
  const ok = recordedTimezone === configured || (recordedTimezone === null && curated.length === 0);
  if (ok) return passed('timezone', configured);
  return { name: 'timezone', ok, expected: configured, actual: recordedTimezone ?? 'not recorded' };
}

/** ops.curated_days against the facts: the same days with the totals that their runs audited. */
export async function curatedDaysCheck(
  client: pg.Client,
  facts: ReadonlyMap<string, FactDay>,
): Promise<Check> {
  const { rows } = await client.query<Record<'day' | 'lines' | 'orders' | 'units' | 'revenue', string>>(
    'select order_date as day, order_lines as lines, orders, units, revenue from ops.curated_days order by order_date',
  );
  const tell = (
    lines: string | number,
    orders: string | number,
    units: string | number,
    revenue: string,
  ): string => `${lines} lines, ${orders} orders, ${units} units, revenue ${revenue}`;
  const wrong = rows.flatMap(({ day, lines, orders, units, revenue }) => {
    const fact = facts.get(day);
    const expected = tell(lines, orders, units, revenue);
    const actual = fact ? tell(fact.rows, fact.orders, fact.units, fact.revenue) : tell(0, 0, 0, '0.00');
    return expected === actual ? [] : [`${day} has ${actual} instead of ${expected}`];
  });
  const known = new Set(rows.map(({ day }) => day));
  const unknown = [...facts.keys()].filter((day) => !known.has(day)).sort();
  const findings = [...wrong, ...unknown.map((day) => `${day} has facts but is not booked`)];
  const expected = counted(rows.length, 'day');
  if (findings.length === 0) return passed('curated_days', expected);
  return {
    name: 'curated_days',
    ok: false,
    expected,
    actual: `${counted(findings.length, 'day')} differing: ${listed(findings)}`,
  };
}

/** Each fact's revenue, is_sale and order_date follow from its other columns. */
export function factColumnsCheck(facts: ReadonlyMap<string, FactDay>): Check {
  const wrong = [...facts].filter(([, day]) => day.wrong > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = wrong.reduce((sum, [, day]) => sum + day.wrong, 0);
  if (lines === 0) return passed('fact_columns', '0 contradictory lines');
  const examples = wrong.map(([day, { wrong: n }]) => `${n} on ${day}`);
  return {
    name: 'fact_columns',
    ok: false,
    expected: '0 contradictory lines',
    actual: `${lines} with a revenue, is_sale or order_date that doesn't follow from the line: ${listed(examples)}`,
  };
}

/** Every fact has its customer and its product. */
export async function orphansCheck(client: pg.Client): Promise<Check> {
  const orphans = ({ curated, id }: Dimension): string => `
    select '${id} ' || ${id} as id, count(*) as lines
    from curated.fact_orders as fact
    where not exists (select from ${curated} as dimension where dimension.${id} = fact.${id})
    group by ${id}`;
  const { rows } = await client.query<{ id: string; lines: string }>(
    `${dimensions.map(orphans).join('\n    union all')}
    order by id`,
  );
  if (rows.length === 0) return passed('orphans', '0 lines');
  const lines = rows.reduce((sum, row) => sum + Number(row.lines), 0);
  const examples = rows.map(({ id, lines: n }) => `${id} in ${counted(Number(n), 'line')}`);
  return {
    name: 'orphans',
    ok: false,
    expected: '0 lines',
    actual: `${counted(lines, 'line')}: ${listed(examples)}`,
  };
}

/** How many customers or products the shop has changed since the last run read them, and curated has otherwise. */
export async function pendingAttributes(
  client: pg.Client,
  { shop, curated, id, attributes }: Dimension,
  unread: string,
): Promise<number> {
  const row = (side: string): string => `row(${attributes.map((name) => `${side}.${name}`).join(', ')})`;
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::integer as n
    from ${shop} as shop
    left join ${curated} as curated using (${id})
    where ${unread} and ${row('shop')} is distinct from ${row('curated')}`,
  );
  return rows[0]?.n ?? 0;
}
