import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';

/** What both sides of the ETL benches make. */
const curatedTables = [
  'fact_orders',
  'dim_customers',
  'dim_products',
  'daily_sales',
  'daily_product_sales',
  'daily_category_sales',
  'hourly_sales',
] as const;

const months = `
  select to_char(month, 'YYYY_MM') as name, month::date::text as first, (month + interval '1 month')::date::text as next
  from generate_series(
    (select date_trunc('month', min(order_timestamp)) from shop.orders),
    (select max(order_timestamp) from shop.orders),
    interval '1 month'
  ) as month`;

/** Tables equal to the curated ones in schema `rival`, with their keys, indexes and months, and nothing in them. */
export const emptyRivalTables = (target: PgTarget, zone: string): Promise<void> =>
  withClient(target, async (client) => {
    await client.query(`set timezone = ${client.escapeLiteral(zone)}`);
    await client.query('create schema rival');
    for (const table of curatedTables) {
      const parted = table === 'fact_orders' ? 'partition by range (order_date)' : '';
      await client.query(`create table rival.${table} (like curated.${table} including all) ${parted}`);
    }
    const { rows } = await client.query<{ name: string; first: string; next: string }>(months);
    for (const { name, first, next } of rows) {
      await client.query(
        `create table rival.fact_orders_${name} partition of rival.fact_orders for values from ('${first}') to ('${next}')`,
      );
    }
  });

/** Runs `bench/rivals/curated.sql` as one transaction: all of them by plain SQL. */
export const buildBySql = (target: PgTarget, root: string, zone: string): Promise<void> =>
  withClient(target, async (client) => {
    await client.query(`set timezone = ${client.escapeLiteral(zone)}`);
    await client.query('create schema rival');
    await client.query('begin');
    await client.query(readFileSync(join(root, 'bench', 'rivals', 'curated.sql'), 'utf8'));
    await client.query('commit');
  });

/** Compares schema `rival` with schema `curated`, both ways, row by row. @throws Error naming the table that differs. */
export const sameTables = (target: PgTarget): Promise<void> =>
  withClient(target, async (client) => {
    for (const table of curatedTables) {
      const { rows } = await client.query<{ ours: string; rivals: string }>(
        `select (select count(*) from (table curated.${table} except all table rival.${table}) as a) as ours,
           (select count(*) from (table rival.${table} except all table curated.${table}) as b) as rivals`,
      );
      const { ours = '?', rivals = '?' } = rows[0] ?? {};
      if (ours !== '0' || rivals !== '0') {
        throw new Error(`${table} differs: ${ours} rows are ours alone, ${rivals} the rival's alone`);
      }
    }
  });
