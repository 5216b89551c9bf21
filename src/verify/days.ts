import type pg from 'pg';
import { type Check, counted, listed, passed } from './check.ts';
import { type Fingerprint, fingerprintOf } from './fingerprints.ts';
import { type Comparison, factColumns } from './relations.ts';

/** What one day amounts to, over all statuses. */
export interface DayTotals extends Fingerprint {
  /** Money with two decimals, as Postgres prints it. */
  revenue: string;
}

export interface FactDay extends DayTotals {
  orders: number;
  units: number;
  /** Lines whose own columns contradict each other. */
  wrong: number;
}

/** One pass over the shop's lines of the compared days. */
export async function shopDays(client: pg.Client, { expected }: Comparison): Promise<Map<string, DayTotals>> {
  const { rows } = await client.query<Record<'day' | 'rows' | 'revenue' | 'sum', string>>(
    `select order_date as day, count(*) as rows, sum(revenue)::numeric(38, 2) as revenue,
      ${fingerprintOf(factColumns)} as sum
    from (${expected}) as lines
    group by order_date`,
  );
  return new Map(rows.map(({ day, rows: n, revenue, sum }) => [day, { rows: Number(n), revenue, sum }]));
}

/**
 * One pass over every fact.
 *
 * @param zone SQL literal
 */
export async function factDays(client: pg.Client, zone: string): Promise<Map<string, FactDay>> {
  const { rows } = await client.query<
    Record<'day' | 'rows' | 'orders' | 'units' | 'revenue' | 'wrong' | 'sum', string>
  >(
    `select order_date as day, count(*) as rows, count(distinct order_id) as orders, sum(quantity) as units,
      sum(revenue)::numeric(38, 2) as revenue,
      count(*) filter (
        where revenue <> quantity * price
          or is_sale <> (status not in ('canceled', 'unavailable'))
          or order_date <> ops.business_day(order_timestamp, ${zone})
      ) as wrong,
      ${fingerprintOf(factColumns)} as sum
    from curated.fact_orders
    group by order_date`,
  );
  return new Map(
    rows.map(({ day, rows: n, orders, units, revenue, wrong, sum }) => [
      day,
      { rows: Number(n), orders: Number(orders), units: Number(units), revenue, wrong: Number(wrong), sum },
    ]),
  );
}

/** Lines and revenue of each compared day, shop against facts. */
export function dayChecks(
  shop: ReadonlyMap<string, DayTotals>,
  facts: ReadonlyMap<string, DayTotals>,
): Check[] {
  const days = [...new Set([...shop.keys(), ...facts.keys()])].sort();
  const check = (
    name: string,
    total: (of: ReadonlyMap<string, DayTotals>) => string | number,
    value: (day?: DayTotals) => string | number,
  ): Check => {
    const wrong = days
      .filter((day) => value(shop.get(day)) !== value(facts.get(day)))
      .map((day) => `${day} has ${value(facts.get(day))} instead of ${value(shop.get(day))}`);
    if (wrong.length === 0) return passed(name, total(shop));
    return {
      name,
      ok: false,
      expected: total(shop),
      actual: `${total(facts)}, ${counted(wrong.length, 'day')} differing: ${listed(wrong)}`,
    };
  };
  return [
    check(
      'order_lines',
      (side) => [...side.values()].reduce((sum, { rows }) => sum + rows, 0),
      (day) => day?.rows ?? 0,
    ),
    check(
      'revenue',
      (side) => addMoney([...side.values()].map(({ revenue }) => revenue)),
      (day) => day?.revenue ?? '0.00',
    ),
  ];
}

/** Exact: revenue of years is beyond what a double holds to the cent. */
function addMoney(amounts: readonly string[]): string {
  const cents = amounts.reduce((sum, amount) => sum + BigInt(amount.replace('.', '')), 0n);
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
