import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedOlist } from '../../src/olist/seed.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { definitionsOf, pictureOf, rowsOf } from './shop-picture.ts';

const path = process.env['OLIST_PATH'] ?? '';
const timezone = 'America/Sao_Paulo';

interface Figures {
  rows: number;
  olist_orders: number;
  units: number;
  revenue: string;
}

describe('the real dataset', () => {
  let database: TestDatabase;
  let golden: Record<string, unknown>;
  let before: unknown[];
  const seed = (options = {}) =>
    seedOlist({ owner: database.owner, timezone, progress: silent }, { path, ...options });

  beforeAll(async () => {
    if (path === '') return;
    golden = JSON.parse(
      await readFile(join(path.endsWith('.zip') ? dirname(path) : path, 'golden.json'), 'utf8'),
    );
    database = await testDatabase();
    before = await definitionsOf(database.owner);
    await seed();
  });
  afterAll(() => database?.drop());

  const real = (name: string, test: () => Promise<void>): void => {
    it(name, async (ctx) => {
      if (path === '') ctx.skip('OLIST_PATH is unset: the real Olist archive is not here');
      await test();
    });
  };
  const figures = async (where: string): Promise<Figures> => {
    const rows = await rowsOf<Figures>(
      database.owner,
      `select count(*)::integer as rows, count(distinct order_id)::integer as olist_orders,
        sum(quantity)::integer as units, sum(quantity * price)::text as revenue
      from shop.orders where ${where}`,
    );
    return rows[0] as Figures;
  };

  real('gives the golden rows and revenue', async () => {
    const { rows, olist_orders, units, revenue } = await figures('true');
    expect({ rows, olist_orders, units, revenue }).toEqual({
      rows: (golden['rows'] as { orders: number }).orders,
      olist_orders: golden['distinct_olist_orders'],
      units: golden['units'],
      revenue: golden['revenue_total'],
    });
    const [counted] = await rowsOf(
      database.owner,
      `select (select count(*) from shop.customers)::integer as customers,
        (select count(*) from shop.products)::integer as products, (select count(*) from shop.orders)::integer as orders`,
    );
    expect(counted).toEqual(golden['rows']);
  });

  real('gives the golden figures of each status and of two days', async () => {
    const byStatus = golden['by_status'] as Record<string, Figures>;
    const statuses = await rowsOf<{ status: string }>(
      database.owner,
      'select distinct status from shop.orders',
    );
    expect(statuses.map(({ status }) => status).sort()).toEqual(Object.keys(byStatus).sort());
    for (const [status, expected] of Object.entries(byStatus)) {
      expect(await figures(`status = '${status}'`)).toEqual(expected);
    }
    for (const day of ['2017-11-24', '2018-05-01']) {
      expect(await figures(`ops.business_day(order_timestamp, '${timezone}') = '${day}'`)).toEqual(
        golden[`day_${day}`],
      );
    }
  });

  real('gives the golden customers, categories, first and last order', async () => {
    const [found] = await rowsOf(
      database.owner,
      `select
        (select count(distinct customer_id) from shop.orders)::integer as customers_with_orders,
        (select count(*) from shop.customers as c
          where not exists (select from shop.orders as o where o.customer_id = c.customer_id))::integer as customers_without_orders,
        (select to_char(min(order_timestamp) at time zone '${timezone}', 'YYYY-MM-DD HH24:MI:SS') from shop.orders) as first_order_timestamp,
        (select to_char(max(order_timestamp) at time zone '${timezone}', 'YYYY-MM-DD HH24:MI:SS') from shop.orders) as last_order_timestamp,
        (select count(distinct category) from shop.products)::integer as categories,
        (select count(*) from shop.products where category = 'unknown')::integer as products_unknown_category`,
    );
    for (const [name, value] of Object.entries(found as object))
      expect([name, value]).toEqual([name, golden[name]]);
  });

  real('keeps the rejects, and nothing but those of the golden file', async () => {
    const rejects = golden['rejects'] as {
      olist_orders_without_items: number;
      by_status: Record<string, number>;
    };
    const found = await rowsOf<{ source: string; reason: string; status: string; n: number }>(
      database.owner,
      `select source, reason, convert_from(payload, 'UTF8')::jsonb ->> 'order_status' as status, count(*)::integer as n
      from ops.rejects group by 1, 2, 3`,
    );
    expect(new Set(found.map(({ source, reason }) => `${source} ${reason}`))).toEqual(
      new Set(['olist_orders_dataset.csv order_without_items']),
    );
    expect(Object.fromEntries(found.map(({ status, n }) => [status, n]))).toEqual(rejects.by_status);
    expect(found.reduce((sum, { n }) => sum + n, 0)).toBe(rejects.olist_orders_without_items);
  });

  real(
    'gives every person an address of their own and every product the price of its latest sale',
    async () => {
      const [found] = await rowsOf<Record<string, number>>(
        database.owner,
        `with latest as (
        select product_id, price, rank() over (partition by product_id order by order_timestamp desc, order_id desc) as nth
        from shop.orders where status not in ('canceled', 'unavailable')
      )
      select
        (select count(distinct email) from shop.customers)::integer as addresses,
        (select count(*) from shop.customers where email !~ '^[a-z0-9.]+@example[.]com$')::integer as odd_addresses,
        (select count(distinct name) from shop.customers)::integer > 5000 as many_names,
        (select count(*) from shop.products as p left join latest as l on l.product_id = p.product_id and nth = 1
          where p.price is distinct from l.price)::integer as other_prices`,
      );
      expect(found).toEqual({ addresses: 96096, odd_addresses: 0, many_names: true, other_prices: 0 });
    },
  );

  real(
    'leaves keys, checks and indexes as they were, marks each day once and drops the staging',
    async () => {
      expect(await definitionsOf(database.owner)).toEqual(before);
      const [marks] = await rowsOf<{ n: number; days: number; missing: number }>(
        database.owner,
        `select count(*)::integer as n, count(distinct order_date)::integer as days,
        (select count(distinct ops.business_day(order_timestamp, '${timezone}')) from shop.orders)::integer as missing
      from ops.changed_days`,
      );
      expect(marks).toEqual({ n: 616, days: 616, missing: 616 });
      expect(await pictureOf(database.owner)).toMatchObject({ staged: [] });
    },
  );

  real('changes nothing when it is repeated', async () => {
    const picture = await pictureOf(database.owner);
    const again = await seed();
    expect(again).toMatchObject({
      changed: false,
      rows: golden['rows'],
      rejected: { order_without_items: 775 },
    });
    expect(await pictureOf(database.owner)).toEqual(picture);
  });

  real('adds the rows that are missing, and only those', async () => {
    const [whole] = await rowsOf<{ rows: string }>(database.owner, contents);
    const { kept, days } = await withClient(database.owner, async (client) => {
      await client.query('truncate ops.changed_days');
      const gone = await client.query<{ day: string }>(
        `delete from shop.orders where customer_id in (select customer_id from shop.customers order by 1 limit 50)
        returning ops.business_day(order_timestamp, '${timezone}')::text as day`,
      );
      await client.query(
        'delete from shop.customers where customer_id in (select customer_id from shop.customers order by 1 limit 50)',
      );
      await client.query(
        `delete from shop.products as p where not exists (select from shop.orders as o where o.product_id = p.product_id)`,
      );
      const left = await client.query(
        `select count(*) as n, md5(string_agg(concat(ctid, xmin), '' order by ctid)) from shop.orders`,
      );
      return { kept: left.rows[0], days: [...new Set(gone.rows.map(({ day }) => day))].sort() };
    });
    const repaired = await seed();
    expect(repaired).toMatchObject({ changed: true, rows: golden['rows'] });
    expect((await rowsOf<{ rows: string }>(database.owner, contents))[0]).toEqual(whole);
    const marks = await rowsOf<{ day: string }>(
      database.owner,
      'select order_date::text as day from ops.changed_days order by 1',
    );
    expect(marks.map(({ day }) => day)).toEqual(days);
    const left = await rowsOf(
      database.owner,
      `select count(*) as n, md5(string_agg(concat(ctid, xmin), '' order by ctid)) from shop.orders
      where xmin <> (select xmin from ops.seeds order by seed_id desc limit 1)`,
    );
    expect(left[0]).toEqual(kept);
    expect(await rowsOf(database.owner, 'select count(*)::integer as n from ops.rejects')).toEqual([
      { n: 775 },
    ]);
  });
});

const contents = `
  select md5(concat(
    (select string_agg(concat(customer_id, name, email, created_at), '' order by customer_id) from shop.customers),
    (select string_agg(concat(product_id, name, category, price), '' order by product_id) from shop.products),
    (select string_agg(o::text, '' order by order_id, product_id) from shop.orders as o)
  )) as rows`;
