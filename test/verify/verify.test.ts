import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { verify } from '../../src/verify/verify.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { curateEverything, fillShop } from './small-shop.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await withClient(db.owner, async (client) => {
    await fillShop(client);
    await curateEverything(client);
  });
});
afterAll(() => db.drop());

const timezone = 'America/Sao_Paulo';
const look = (options: { strict?: boolean; timezone?: string; signal?: AbortSignal } = {}) =>
  verify({ owner: db.owner, timezone, progress: silent, ...options }, options);
const failing = (found: Awaited<ReturnType<typeof verify>>): string[] =>
  found.checks.filter(({ ok }) => !ok).map(({ name }) => name);

/** Changes the database by `sql`, looks, and undoes the change from a copy: verify reads what is committed. */
async function after<T>(sql: string, work: () => Promise<T>): Promise<T> {
  await withClient(db.owner, (client) => client.query(sql));
  try {
    return await work();
  } finally {
    await withClient(db.owner, async (client) => {
      await client.query(`truncate shop.customers, shop.products, shop.orders, ops.curated_days, ops.changed_days, ops.settings,
        curated.fact_orders, curated.dim_customers, curated.dim_products, curated.daily_sales, curated.daily_product_sales,
        curated.daily_category_sales, curated.hourly_sales`);
      await fillShop(client);
      await curateEverything(client);
    });
  }
}

const customer8 = createHash('md5')
  .update('customer8')
  .digest('hex')
  .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
const someFact = `(order_id, product_id) = (select order_id, product_id from curated.fact_orders where is_sale and order_date = '2017-10-15' order by 1, 2 limit 1)`;
const someLine = `(order_id, product_id) = (select order_id, product_id from shop.orders where status = 'delivered' and order_timestamp > '2017-10-15 12:00+00' order by order_timestamp, 1, 2 limit 1)`;
const aggregates = [
  'daily_sales',
  'daily_product_sales',
  'daily_category_sales',
  'hourly_sales',
  'dim_customers',
  'dim_products',
];

describe('a database in which all is well', () => {
  it('passes every check, and says what was compared', async () => {
    const found = await look();
    expect(failing(found)).toEqual([]);
    expect(found).toMatchObject({
      ok: true,
      curated_days: 21,
      pending_days: 0,
      uncurated_days: 0,
      pending_customers: 0,
      pending_products: 0,
    });
    const [{ lines, revenue }] = (await withClient(
      db.owner,
      async (client) =>
        (
          await client.query(
            'select count(*)::integer as lines, sum(quantity * price) as revenue from shop.orders',
          )
        ).rows,
    )) as [{ lines: number; revenue: string }];
    expect(found.checks).toEqual([
      { name: 'timezone', ok: true, expected: timezone, actual: timezone },
      { name: 'curated_days', ok: true, expected: '21 days', actual: '21 days' },
      { name: 'order_lines', ok: true, expected: lines, actual: lines },
      { name: 'revenue', ok: true, expected: revenue, actual: revenue },
      { name: 'fact_orders', ok: true, expected: `${lines} rows`, actual: `${lines} rows` },
      { name: 'fact_columns', ok: true, expected: '0 contradictory lines', actual: '0 contradictory lines' },
      { name: 'orphans', ok: true, expected: '0 lines', actual: '0 lines' },
      ...['daily_sales', 'daily_product_sales', 'daily_category_sales', 'hourly_sales'].map((name) =>
        expect.objectContaining({ name, ok: true, expected: expect.stringMatching(/^[1-9]\d* rows$/) }),
      ),
      { name: 'dim_customers', ok: true, expected: '60 rows', actual: '60 rows' },
      { name: 'dim_products', ok: true, expected: '15 rows', actual: '15 rows' },
      { name: 'customer_attributes', ok: true, expected: '60 rows', actual: '60 rows' },
      { name: 'product_attributes', ok: true, expected: '15 rows', actual: '15 rows' },
      { name: 'orders_one_version', ok: true, expected: '400 orders', actual: '400 orders' },
    ]);
    expect(failing(await look({ strict: true }))).toEqual([]);
  });

  it('also in a zone east of UTC', async () => {
    const zone = 'Pacific/Auckland';
    const far = await testDatabase();
    await withClient(far.owner, async (client) => {
      await fillShop(client);
      await curateEverything(client, zone);
    });
    expect(failing(await verify({ owner: far.owner, timezone: zone, progress: silent }))).toEqual([]);
    await far.drop();
  });
});

describe('one thing wrong fails its check and what follows from it', () => {
  it.each<[string, string, string[]]>([
    [
      'another zone in the books',
      `update ops.settings set value = '"UTC"' where name = 'timezone'`,
      ['timezone', 'order_lines', 'revenue', 'fact_orders', 'fact_columns'],
    ],
    ['no zone in the books', `delete from ops.settings where name = 'timezone'`, ['timezone']],
    [
      'a wrong line count in the books',
      `update ops.curated_days set order_lines = order_lines + 1 where order_date = '2017-10-15'`,
      ['curated_days'],
    ],
    [
      'a wrong order count in the books',
      `update ops.curated_days set orders = orders + 1 where order_date = '2017-10-15'`,
      ['curated_days'],
    ],
    [
      'wrong units in the books',
      `update ops.curated_days set units = units + 1 where order_date = '2017-10-15'`,
      ['curated_days'],
    ],
    [
      'wrong revenue in the books',
      `update ops.curated_days set revenue = revenue + 0.01 where order_date = '2017-10-15'`,
      ['curated_days'],
    ],
    [
      'an empty day that is booked with orders',
      `insert into ops.curated_days values ('2016-01-01', 1, 1, 1, 1, 1)`,
      ['curated_days'],
    ],
    [
      'facts of a day that is not booked',
      `delete from ops.curated_days where order_date = '2017-10-15'`,
      ['curated_days'],
    ],
    [
      'a line that only the shop has',
      `insert into shop.orders select order_id, md5('product15')::uuid, customer_id, 1, 10, order_timestamp, status from shop.orders where ${someLine}`,
      ['order_lines', 'revenue', 'fact_orders'],
    ],
    [
      'a free line that only the shop has',
      `insert into shop.orders select order_id, md5('product15')::uuid, customer_id, 1, 0, order_timestamp, status from shop.orders where ${someLine}`,
      ['order_lines', 'fact_orders'],
    ],
    [
      'a line that the shop lost',
      `delete from shop.orders where ${someLine}`,
      ['order_lines', 'revenue', 'fact_orders'],
    ],
    [
      'another price in the shop',
      `update shop.orders set price = price + 1 where ${someLine}`,
      ['revenue', 'fact_orders'],
    ],
    [
      'another status in the shop',
      `update shop.orders set status = 'shipped' where ${someLine}`,
      ['fact_orders'],
    ],
    [
      'another day in the shop',
      `update shop.orders set order_timestamp = order_timestamp - interval '1 day' where ${someLine}`,
      ['order_lines', 'revenue', 'fact_orders'],
    ],
    [
      'a microsecond in the shop',
      `update shop.orders set order_timestamp = order_timestamp + interval '1 microsecond' where ${someLine}`,
      ['fact_orders'],
    ],
    [
      'a fact with a wrong revenue',
      `update curated.fact_orders set revenue = revenue + 1 where ${someFact}`,
      ['curated_days', 'revenue', 'fact_orders', 'fact_columns', ...aggregates],
    ],
    [
      'a fact with a wrong is_sale',
      `update curated.fact_orders set is_sale = false where ${someFact}`,
      [
        'fact_orders',
        'fact_columns',
        'daily_sales',
        'daily_product_sales',
        'daily_category_sales',
        'hourly_sales',
        'dim_customers',
        'dim_products',
      ],
    ],
    [
      'a fact on a wrong day',
      `update curated.fact_orders set order_date = '2017-10-16' where ${someFact}`,
      [
        'curated_days',
        'order_lines',
        'revenue',
        'fact_orders',
        'fact_columns',
        'daily_sales',
        'daily_product_sales',
        'daily_category_sales',
        'hourly_sales',
      ],
    ],
    [
      'a lost fact',
      `delete from curated.fact_orders where ${someFact}`,
      ['curated_days', 'order_lines', 'revenue', 'fact_orders', ...aggregates],
    ],
    [
      'a fact of another customer',
      `update curated.fact_orders set customer_id = md5('customer60')::uuid where ${someFact}`,
      ['fact_orders', 'dim_customers'],
    ],
    [
      'a lost customer',
      `delete from curated.dim_customers where customer_id = md5('customer8')::uuid`,
      ['orphans', 'customer_attributes'],
    ],
    [
      'a lost customer without orders',
      `delete from curated.dim_customers where customer_id = md5('customer60')::uuid`,
      ['customer_attributes'],
    ],
    [
      'a lost product',
      `delete from curated.dim_products where product_id = md5('product3')::uuid`,
      ['orphans', 'daily_category_sales', 'product_attributes'],
    ],
    [
      'a customer that the shop does not have',
      `insert into curated.dim_customers values (md5('x')::uuid, 'x', 'x', now(), null, null, 0, 0, 0)`,
      ['customer_attributes'],
    ],
    [
      'a wrong name',
      `update curated.dim_customers set name = 'x' where customer_id = md5('customer8')::uuid`,
      ['customer_attributes'],
    ],
    [
      'a wrong created_at',
      `update curated.dim_customers set created_at = now() where customer_id = md5('customer8')::uuid`,
      ['customer_attributes'],
    ],
    [
      'a wrong catalogue price',
      `update curated.dim_products set price = null where product_id = md5('product3')::uuid`,
      ['product_attributes'],
    ],
    [
      'a wrong category',
      `update curated.dim_products set category = 'x' where product_id = md5('product3')::uuid`,
      ['daily_category_sales', 'product_attributes'],
    ],
    ...['orders', 'units', 'lifetime_value'].map((column): [string, string, string[]] => [
      `wrong ${column} of a customer`,
      `update curated.dim_customers set ${column} = ${column} + 1 where customer_id = md5('customer8')::uuid`,
      ['dim_customers'],
    ]),
    ...['first_order_at', 'last_order_at'].map((column): [string, string, string[]] => [
      `a wrong ${column}`,
      `update curated.dim_customers set ${column} = null where customer_id = md5('customer8')::uuid`,
      ['dim_customers'],
    ]),
    ...['orders', 'units', 'revenue'].map((column): [string, string, string[]] => [
      `wrong ${column} of a product`,
      `update curated.dim_products set ${column} = ${column} + 1 where product_id = md5('product3')::uuid`,
      ['dim_products'],
    ]),
    ...['orders', 'canceled_orders', 'unavailable_orders', 'units', 'revenue'].map(
      (column): [string, string, string[]] => [
        `wrong ${column} of a day`,
        `update curated.daily_sales set ${column} = ${column} + 1 where order_date = '2017-10-15'`,
        ['daily_sales'],
      ],
    ),
    ...['daily_product_sales', 'daily_category_sales', 'hourly_sales'].flatMap((table) => [
      ...['orders', 'units', 'revenue'].map((column): [string, string, string[]] => [
        `wrong ${column} in ${table}`,
        `update curated.${table} set ${column} = ${column} + 1 where order_date = '2017-10-15'`,
        [table],
      ]),
      [`a lost day in ${table}`, `delete from curated.${table} where order_date = '2017-10-15'`, [table]] as [
        string,
        string,
        string[],
      ],
    ]),
    [
      'a day too many',
      `insert into curated.daily_sales values ('2016-01-01', 0, 0, 0, 0, 0)`,
      ['daily_sales'],
    ],
    [
      'an hour too many',
      `insert into curated.hourly_sales values ('2016-01-01', '2016-01-01', 0, 0, 0)`,
      ['hourly_sales'],
    ],
  ])('%s', async (_, sql, expected) => {
    const found = await after(sql, () => look());
    expect(failing(found)).toEqual(expected);
    expect(found.ok).toBe(false);
  });

  it('a configured zone that is not the one of the books fails alone', async () => {
    const found = await look({ timezone: 'UTC' });
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([
      { name: 'timezone', ok: false, expected: 'UTC', actual: timezone },
    ]);
  });

  it('tells what differs, by its key, and no personal data', async () => {
    const found = await after(
      `update curated.dim_customers set name = 'Ana', email = 'ana@example.com' where customer_id = md5('customer8')::uuid;
      update curated.daily_sales set orders = 99, units = 0 where order_date = '2017-10-15';
      delete from curated.hourly_sales;
      insert into curated.hourly_sales values ('2016-01-01 00:00-02', '2016-01-01', 0, 0, 0);
      update ops.curated_days set order_lines = 1 where order_date between '2017-10-10' and '2017-10-15'`,
      () => look(),
    );
    const actual = Object.fromEntries(found.checks.map((check) => [check.name, check.actual]));
    expect(actual['customer_attributes']).toBe(
      `1 row missing, 1 row not expected: customer_id ${customer8} has another name, another email`,
    );
    expect(actual['daily_sales']).toMatch(
      /^1 row missing, 1 row not expected: order_date 2017-10-15 has orders 99 instead of \d+, units 0 instead of \d+$/,
    );
    expect(actual['hourly_sales']).toMatch(
      /^\d+ rows missing, 1 row not expected: order_hour 2016-01-01 00:00:00-02 is not expected; order_hour 2017-10-06 01:00:00-03 is missing; /,
    );
    expect(actual['curated_days']).toMatch(
      /^6 days differing: 2017-10-10 has \d+ lines, \d+ orders, \d+ units, revenue [\d.]+ instead of 1 lines, .*; and 3 more$/,
    );
  });
});

describe('what is under way', () => {
  const move = `update shop.orders set status = 'shipped' where ${someLine}`;
  const mark = `insert into ops.changed_days (order_date) values ('2017-10-15'), ('2017-10-15'), ('2031-01-01')`;

  it('a changed day that is marked is pending, and fails only when strict', async () => {
    const [found, strict] = await after(
      `${move}; ${mark}`,
      async () => [await look(), await look({ strict: true })] as const,
    );
    expect(found).toMatchObject({ ok: true, pending_days: 1, pending: ['2017-10-15'] });
    expect(strict.checks.filter(({ ok }) => !ok)).toEqual([
      { name: 'pending_days', ok: false, expected: 0, actual: '1: 2017-10-15' },
    ]);
  });

  it('a pending day is still held against its own aggregates and the books', async () => {
    const found = await after(`${mark}; delete from curated.fact_orders where ${someFact}`, () => look());
    expect(failing(found)).toEqual(['curated_days', ...aggregates]);
  });

  it('a mark excuses no other day', async () => {
    const found = await after(
      `${mark}; update shop.orders set price = price + 1 where order_timestamp > '2017-10-16 12:00+00'`,
      () => look(),
    );
    expect(failing(found)).toEqual(['revenue', 'fact_orders']);
  });

  it('days that were never curated are information', async () => {
    const sql = `insert into shop.orders
      select md5(n::text)::uuid, md5('product1')::uuid, md5('customer1')::uuid, 1, 1, timestamptz '2017-12-01 12:00-02' + n * interval '9 hours', 'created'
      from generate_series(0, 4) as n`;
    const found = await after(sql, () => look({ strict: true }));
    expect(found).toMatchObject({
      ok: true,
      uncurated_days: 3,
      uncurated: ['2017-12-01', '2017-12-02', '2017-12-03'],
    });
  });

  it('attributes that changed since the last run are pending', async () => {
    const sql = `update shop.customers set name = 'x' where customer_id = md5('customer8')::uuid;
      insert into shop.customers values (md5('new')::uuid, 'new', 'new@example.com', now());
      update shop.products set category = 'x' where product_id = md5('product3')::uuid`;
    const [found, strict] = await after(
      sql,
      async () => [await look(), await look({ strict: true })] as const,
    );
    expect(found).toMatchObject({ ok: true, pending_customers: 2, pending_products: 1 });
    expect(strict.checks.filter(({ ok }) => !ok)).toEqual([
      { name: 'pending_attributes', ok: false, expected: 0, actual: '2 customers, 1 product' },
    ]);
  });

  it('a shop that was never curated has nothing to fail', async () => {
    const fresh = await testDatabase();
    expect(await verify({ owner: fresh.owner, timezone, progress: silent })).toMatchObject({
      ok: true,
      curated_days: 0,
      uncurated_days: 0,
    });
    await withClient(fresh.owner, fillShop);
    const found = await verify({ owner: fresh.owner, timezone, progress: silent });
    expect(found).toMatchObject({
      ok: true,
      curated_days: 0,
      uncurated_days: 21,
      pending_customers: 60,
      pending_products: 15,
    });
    await fresh.drop();
  });

  it('a commit in the middle is not seen: everything is one snapshot', async () => {
    const other = await connect(db.owner);
    const waiting =
      "select pid from pg_locks where relation = 'curated.hourly_sales'::regclass and not granted";
    const found = await after('select 1', async () => {
      await other.query('begin; lock table curated.hourly_sales in access exclusive mode');
      const running = look();
      await vi.waitFor(async () => expect((await other.query(waiting)).rows).toHaveLength(1), {
        timeout: 20_000,
      });
      await other.query('delete from curated.hourly_sales; delete from curated.dim_customers; commit');
      return await running;
    });
    expect(failing(found)).toEqual([]);
    await other.end();
  });
});

describe('what cannot be compared', () => {
  it('a database without migrations', async () => {
    const bare = await testDatabase({ migrated: false });
    await expect(verify({ owner: bare.owner, timezone, progress: silent })).rejects.toMatchObject({
      kind: 'environment',
      code: 'not_migrated',
      suggestion: 'shop-pipe migrate up',
    });
    await bare.drop();
  });

  it('a zone that Postgres does not know', async () => {
    const fresh = await testDatabase();
    await withClient(fresh.owner, fillShop);
    await expect(
      verify({ owner: fresh.owner, timezone: 'Mars/Olympus', progress: silent }),
    ).rejects.toMatchObject({ code: 'unknown_timezone' });
    await fresh.drop();
  });

  it('an interrupt', async () => {
    const controller = new AbortController();
    const step = { advance: () => controller.abort(), end: () => undefined, fail: () => undefined };
    const progress = { ...silent, step: () => step };
    await expect(
      verify({ owner: db.owner, timezone, progress, signal: controller.signal }),
    ).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
