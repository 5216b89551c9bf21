import type pg from 'pg';
import { holdStreams } from './live-rollups.ts';
import type { ShopRows, ShopTables } from './shop-source.ts';

const staged: ShopTables = { customers: 'seed_customers', products: 'seed_products', orders: 'seed_orders' };

const insertCustomers = `
  insert into shop.customers (customer_id, name, email, created_at)
  select customer_id, name, email, created_at from seed_customers order by customer_id
  on conflict (customer_id) do nothing`;

const insertProducts = `
  insert into shop.products (product_id, name, category, price)
  select product_id, name, category, price from seed_products order by product_id
  on conflict (product_id) do nothing`;

const insertOrders = `
  with inserted as (
    insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
    select order_id, product_id, customer_id, quantity, price, order_timestamp, status
    from seed_orders order by order_id, product_id
    on conflict (order_id, product_id) do nothing
    returning order_timestamp
  )
  select ops.business_day(order_timestamp, $1)::text as day, count(*)::integer as lines
  from inserted group by 1`;

/**
 * Adds those rows of a dataset that filled tables lack; rows that are there stay as they are, whatever events did to
 * them. `days` are the business days that got order rows.
 */
export async function insertMissing(
  client: pg.Client,
  timezone: string,
  fill: (into: ShopTables) => Promise<ShopRows>,
): Promise<{ rows: ShopRows; inserted: number; days: string[] }> {
  for (const table of ['customers', 'products', 'orders'] as const) {
    await client.query(
      `create temp table ${staged[table]} (like shop.${table} including defaults) on commit drop`,
    );
  }
  const rows = await fill(staged);
  // Only now: a stream waits no longer than for the inserts.
  await holdStreams(client);
  const customers = (await client.query(insertCustomers)).rowCount ?? 0;
  const products = (await client.query(insertProducts)).rowCount ?? 0;
  const days = (await client.query<{ day: string; lines: number }>(insertOrders, [timezone])).rows;
  const orders = days.reduce((sum, { lines }) => sum + lines, 0);
  for (const [table, n] of Object.entries({ customers, products, orders })) {
    if (n > 0) await client.query(`analyze shop.${table}`);
  }
  return { rows, inserted: customers + products + orders, days: days.map(({ day }) => day) };
}
