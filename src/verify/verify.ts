import type pg from 'pg';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { inTransaction, withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Progress, Step } from '../progress.ts';
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
import { readScope, type Scope } from './scope.ts';
import { verifyError } from './verify-error.ts';

export interface VerifyContext {
  /** The owner: it alone sees shop, curated and ops. */
  owner: PgTarget;
  /** SHOP_TIMEZONE. */
  timezone: string;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

export interface Verification {
  /** Whether every check passed. */
  ok: boolean;
  checks: Check[];
  curated_days: number;
  /** Curated days whose orders changed since, `YYYY-MM-DD`: left out of the comparison with the shop until rebuilt. */
  pending: string[];
  pending_days: number;
  /** Days with orders that were never curated: information, no failure. */
  uncurated: string[];
  uncurated_days: number;
  /** Customers and products whose attributes changed since the last run. */
  pending_customers: number;
  pending_products: number;
  seconds: number;
}

/**
 * Compares shop and curated in one snapshot, reading only. Facts are held against the shop on every curated day that is
 * not pending, aggregates and dimensions against a recomputation from the facts on all of them, attributes against the
 * shop but for what no run can have read yet.
 *
 * @param options `strict`: what is pending fails too
 * @throws ShopPipeError `not_migrated`, `unknown_timezone`, or what a connection can suffer; a mismatch is no error.
 */
export async function verify(
  context: VerifyContext,
  options: { strict?: boolean | undefined } = {},
): Promise<Verification> {
  const { owner, progress, signal } = context;
  const started = performance.now();
  return await withClient(
    owner,
    async (client) => {
      const step = progress.step('verifying');
      try {
        const found = await cancelOnAbort(owner, client, signal, () =>
          inTransaction(
            client,
            () => inSnapshot(client, context, step, options.strict ?? false),
            'begin transaction isolation level repeatable read, read only',
          ),
        );
        step.end(`${found.checks.filter(({ ok }) => ok).length} of ${found.checks.length} checks passed`);
        return { ...found, seconds: Math.round(performance.now() - started) / 1000 };
      } catch (error) {
        step.fail();
        throw verifyError(error, owner, signal);
      }
    },
    { name: 'verify' },
  );
}

async function inSnapshot(
  client: pg.Client,
  context: VerifyContext,
  step: Step,
  strict: boolean,
): Promise<Omit<Verification, 'seconds'>> {
  let done = 0;
  const at = (what: string): void => {
    context.signal?.throwIfAborted();
    step.advance(done++, what);
  };
  at('books');
  // Sorts and hashes of the comparison; plain planning beats compiling at these sizes.
  await client.query("set local work_mem = '128MB'; set local jit = off; set local statement_timeout = 0");
  const scope = await readScope(client, context.timezone);
  const zone = client.escapeLiteral(scope.timezone);
  await client.query(`set local timezone = ${zone}`);

  at('fact_orders');
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
    timezoneCheck(scope, context.timezone),
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
  if (strict) checks.push(...strictChecks(scope, customers, products));
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    curated_days: scope.curated.length,
    pending: scope.pending,
    pending_days: scope.pending.length,
    uncurated: scope.uncurated,
    uncurated_days: scope.uncurated.length,
    pending_customers: customers,
    pending_products: products,
  };
}

const instant = (client: pg.Client, at: string | null): string =>
  at === null ? 'null' : `${client.escapeLiteral(at)}::timestamptz`;

function strictChecks({ pending }: Scope, customers: number, products: number): Check[] {
  const days = pending.length === 0 ? 0 : `${pending.length}: ${listed(pending)}`;
  const attributes =
    customers + products === 0 ? 0 : `${counted(customers, 'customer')}, ${counted(products, 'product')}`;
  return [
    { name: 'pending_days', ok: days === 0, expected: 0, actual: days },
    { name: 'pending_attributes', ok: attributes === 0, expected: 0, actual: attributes },
  ];
}
