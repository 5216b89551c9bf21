import type pg from 'pg';
import { dataError } from '../errors.ts';
import type { ShopRows } from './shop-source.ts';

/** The last seed in the books. */
export interface LastSeed {
  dataset: string;
  digest: string;
  rows: ShopRows;
  rejected: Record<string, number>;
}

export interface ShopState {
  /** Whether any of the three tables has a row. */
  filled: boolean;
  seed: LastSeed | null;
}

export async function shopState(client: pg.Client): Promise<ShopState> {
  const { rows: seeds } = await client.query<LastSeed>(
    'select dataset, digest, rows, rejected from ops.seeds order by seed_id desc limit 1',
  );
  const { rows: found } = await client.query<{ filled: boolean }>(
    `select exists (select from shop.customers) or exists (select from shop.products)
      or exists (select from shop.orders) as filled`,
  );
  const seed = seeds[0];
  if (!seed) return { filled: found[0]?.filled ?? false, seed: null };
  // jsonb keeps its keys in an order of its own.
  const { customers, products, orders } = seed.rows;
  return { filled: found[0]?.filled ?? false, seed: { ...seed, rows: { customers, products, orders } } };
}

/**
 * Which rows the seeds made, as one number a table and key: what is exclusive-ored away must be there twice. What streams
 * add is told apart: its orders have a version, its customers came in transactions after that of the seed. A row that
 * changed since is not counted either; then every row has to be looked at.
 *
 * @param xid SQL of the transaction that seeded last
 */
const keysUntil = (xid: string): string => `
  select jsonb_build_object(
    'xid', ${xid}::text,
    'customers', (
      select jsonb_build_array(count(*), bit_xor(uuid_hash_extended(customer_id, 0))::text)
      from shop.customers
      where changed_xid <= ${xid}
    ),
    'products', (
      select jsonb_build_array(count(*), bit_xor(uuid_hash_extended(product_id, 0))::text)
      from shop.products
      where changed_xid <= ${xid}
    ),
    'orders', (
      select jsonb_build_array(count(*), bit_xor(uuid_hash_extended(order_id, uuid_hash_extended(product_id, 0)))::text)
      from shop.orders
      where version = 0
    )
  )`;

/** Books which rows the tables have after a seed, so that the next one knows at a glance whether any is missing. */
export async function keepKeys(client: pg.Client): Promise<void> {
  const { rows: ids } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  // By itself, as a plain number: what writes, or asks for the transaction's id, does not count on several cores.
  const { rows } = await client.query<{ value: string }>(
    `select value::text from (${keysUntil(`'${ids[0]?.xid}'::xid8`)}) as keys (value)`,
  );
  await client.query(
    `insert into ops.settings (name, value) values ('seeded_keys', $1)
    on conflict (name) do update set value = excluded.value, changed_at = now()`,
    [rows[0]?.value],
  );
}

/** Whether the tables have just the rows that seeds left, beside those that streams added. */
export async function holdsWhole(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ whole: boolean }>(
    `select value = (${keysUntil("(value ->> 'xid')::xid8")}) as whole
    from ops.settings
    where name = 'seeded_keys'`,
  );
  return rows[0]?.whole ?? false;
}

export const isSame = (seed: LastSeed, dataset: string, digest: string): boolean =>
  seed.dataset === dataset && seed.digest === digest;

/** @throws ShopPipeError `other_data_seeded` when the tables were filled from another input than this. */
export function refuseOtherData(seed: LastSeed | null, dataset: string, digest: string): void {
  if (seed === null || isSame(seed, dataset, digest)) return;
  const held = `${seed.dataset} (${seed.digest.slice(0, 12)})`;
  throw dataError(
    'other_data_seeded',
    `the shop already holds ${held}, which is not ${dataset} (${digest.slice(0, 12)})`,
    {
      suggestion:
        'add --replace to empty the shop, the curated tables, the live rollups, the changed days, the rejects and the ledger of the stream, and to load this dataset; afterwards run shop-pipe etl run --full',
    },
  );
}

/**
 * Curated days and marks are local days of one zone: a seed in another one would mix two kinds.
 *
 * @throws ShopPipeError `timezone_changed`
 */
export async function refuseOtherTimezone(
  client: pg.Client,
  timezone: string,
  replace: boolean,
): Promise<void> {
  if (replace) return;
  const { rows } = await client.query<{ timezone: string; used: boolean }>(
    `select value #>> '{}' as timezone,
      exists (select from ops.curated_days) or exists (select from ops.changed_days) as used
    from ops.settings where name = 'timezone'`,
  );
  const setting = rows[0];
  if (!setting?.used || setting.timezone === timezone) return;
  throw dataError(
    'timezone_changed',
    `the tables are filled by days of ${setting.timezone}, but SHOP_TIMEZONE is ${timezone}`,
    {
      suggestion: `set SHOP_TIMEZONE=${setting.timezone} again, or rebuild every day in the new zone: shop-pipe etl run --full`,
    },
  );
}
