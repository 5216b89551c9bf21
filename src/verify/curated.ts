import type pg from 'pg';
import {
  curatedDaysCheck,
  factColumnsCheck,
  orphansCheck,
  pendingAttributes,
  timezoneCheck,
} from './books.ts';
import { type Check, counted, listed } from './check.ts';
import { checkOf, compareTable } from './compare.ts';
import { dayChecks, factDays, shopDays } from './days.ts';
import { attributeComparison, derivedTables, dimensions, factComparison } from './relations.ts';
import type { Scope } from './scope.ts';

/** How many customers and products changed since the last run read them. */
export interface PendingAttributes {
  customers: number;
  products: number;
}

/**
 * Shop against curated: facts on every curated day that is not pending, aggregates and dimensions against a recomputation
 * from the facts on all of them, attributes against the shop but for what no run can have read yet.
 *
 * @param at told what is looked at next
 */
export async function curatedChecks(
  client: pg.Client,
  scope: Scope,
  configuredTimezone: string,
  at: (what: string) => void,
): Promise<{ checks: Check[]; pending: PendingAttributes }> {
  at('fact_orders');
  const zone = client.escapeLiteral(scope.timezone);
  const comparison = factComparison({
    zone,
    from: instant(client, scope.from),
    until: instant(client, scope.until),
  });
  const facts = await factDays(client, zone);
  const shop = await shopDays(client, comparison);
  const compared = new Set(scope.curated.filter((day) => !scope.pending.includes(day)));
  const comparedFacts = new Map([...facts].filter(([day]) => compared.has(day)));
  const checks: Check[] = [
    timezoneCheck(scope, configuredTimezone),
    await curatedDaysCheck(client, facts),
    ...dayChecks(shop, comparedFacts),
    await checkOf(client, comparison, shop, comparedFacts),
    factColumnsCheck(facts),
  ];
  at('orphans');
  checks.push(await orphansCheck(client));
  for (const table of derivedTables(zone)) {
    at(table.name);
    checks.push(await compareTable(client, table));
  }
  const unread =
    scope.attributesWatermark === null
      ? 'false'
      : `shop.changed_xid >= ${client.escapeLiteral(scope.attributesWatermark)}::xid8`;
  const pending: number[] = [];
  for (const dimension of dimensions) {
    at(dimension.name);
    checks.push(await compareTable(client, attributeComparison(dimension, unread)));
    pending.push(await pendingAttributes(client, dimension, unread));
  }
  const [customers = 0, products = 0] = pending;
  return { checks, pending: { customers, products } };
}

const instant = (client: pg.Client, at: string | null): string =>
  at === null ? 'null' : `${client.escapeLiteral(at)}::timestamptz`;

/** With --strict what is pending fails, too. */
export function strictCuratedChecks({ pending }: Scope, { customers, products }: PendingAttributes): Check[] {
  const days = pending.length === 0 ? 0 : `${pending.length}: ${listed(pending)}`;
  const attributes =
    customers + products === 0 ? 0 : `${counted(customers, 'customer')}, ${counted(products, 'product')}`;
  return [
    { name: 'pending_days', ok: days === 0, expected: 0, actual: days },
    { name: 'pending_attributes', ok: attributes === 0, expected: 0, actual: attributes },
  ];
}
