import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SeedContext } from '../../../src/olist/shop-source.ts';
import { parametersFrom } from '../../../src/olist/synthetic/parameters.ts';
import { seedSynthetic } from '../../../src/olist/synthetic/seed.ts';
import { SyntheticShop } from '../../../src/olist/synthetic/shop.ts';
import { withClient } from '../../../src/postgres/connection.ts';
import { silent } from '../../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { contentsOf } from './shop-contents.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

const context = (more: Partial<SeedContext> = {}): SeedContext => ({
  owner: db.owner,
  timezone: 'America/Sao_Paulo',
  progress: silent,
  ...more,
});

const query = <T extends Record<string, unknown>>(sql: string): Promise<T[]> =>
  withClient(db.owner, async (client) => (await client.query<T>(sql)).rows);

/** Everything that a seed may write, as one value. `xmin` tells of a row that was written again. */
const fingerprint = async (): Promise<unknown> =>
  (
    await query(`
      select
        (select md5(string_agg(xmin::text || c::text, ',' order by customer_id)) from shop.customers c) as customers,
        (select md5(string_agg(xmin::text || p::text, ',' order by product_id)) from shop.products p) as products,
        (select md5(string_agg(xmin::text || o::text, ',' order by order_id, product_id)) from shop.orders o) as orders,
        (select jsonb_agg(s order by seed_id) from ops.seeds s) as seeds,
        (select jsonb_agg(d order by mark_id) from ops.changed_days d) as days,
        (select count(*) from pg_constraint where connamespace = 'shop'::regnamespace) as constraints,
        (select count(*) from pg_indexes where schemaname = 'shop') as indexes`)
  )[0];

test('an interrupted seed leaves the shop empty', async () => {
  const before = await fingerprint();
  const interrupt = new AbortController();
  const progress = {
    ...silent,
    step: (label: string) => ({
      advance: () => {
        if (label.includes('orders')) interrupt.abort();
      },
      end: () => undefined,
      fail: () => undefined,
    }),
  };
  await expect(
    seedSynthetic(context({ progress, signal: interrupt.signal }), { orders: 50_000, seed: 1 }),
  ).rejects.toMatchObject({ kind: 'interrupted' });
  expect(interrupt.signal.aborted).toBe(true);
  expect(await fingerprint()).toEqual(before);
});

test('50,000 orders are in the shop, as they were generated', async () => {
  const steps: string[] = [];
  const progress = {
    ...silent,
    step: (label: string, total?: { of: number; unit: string }) => {
      if (total) steps.push(`${label}: ${total.of} ${total.unit}`);
      return silent.step(label);
    },
  };
  const result = await seedSynthetic(context({ progress }), { orders: 50_000, seed: 1 });
  const shop = new SyntheticShop(parametersFrom({ orders: 50_000, seed: 1 }));
  const { customers, products, lines } = await contentsOf(shop);
  expect(result).toMatchObject({
    dataset: 'synthetic',
    changed: true,
    rows: { customers: customers.size, products: products.size, orders: lines.length },
    rejected: {},
  });
  // A few seconds on two cores that others use too; a second on quiet ones.
  expect(result.seconds).toBeLessThan(20);
  expect(steps).toContain('synthetic orders: 50000 orders');

  const [counts] = await query(`
    select count(distinct order_id)::integer as orders, count(*)::integer as lines,
      sum(quantity * price)::text as revenue, sum(quantity)::integer as units from shop.orders`);
  expect(counts).toEqual({
    orders: 50_000,
    lines: lines.length,
    revenue: (lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0) / 100).toFixed(2),
    units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  });
  for (const line of [lines[0], lines[25_000], lines.at(-1)]) {
    const customer = customers.get(line?.customer ?? '');
    const product = products.get(line?.product ?? '');
    const [row] = await query(`
      select customers.name, email, products.name as product, category, quantity, orders.price::text, status,
        extract(epoch from order_timestamp)::integer as at, extract(epoch from created_at)::integer as created
      from shop.orders join shop.customers using (customer_id) join shop.products using (product_id)
      where order_id = '${line?.order}' and product_id = '${line?.product}'`);
    expect(row).toEqual({
      name: customer?.name,
      email: customer?.email,
      product: product?.name,
      category: product?.category,
      quantity: line?.quantity,
      price: ((line?.cents ?? 0) / 100).toFixed(2),
      status: line?.status,
      at: line?.at,
      created: customer?.createdAt,
    });
  }
  // The digest names this input in any build: when it changes, every synthetic shop seeded before is other data.
  const [seed] = await query('select dataset, digest from ops.seeds');
  expect(seed).toMatchInlineSnapshot(`
    {
      "dataset": "synthetic",
      "digest": "d226da465001c89fb62d9bdab8b474e7048892d091bb135091f54a976a9ed949",
    }
  `);
  const [days] = await query(`
    select count(*)::integer as marked, min(order_date), max(order_date) from ops.changed_days`);
  expect(days).toEqual({ marked: 608, min: '2017-01-01', max: '2018-08-31' });
});

test('a second run changes nothing', async () => {
  const before = await fingerprint();
  const result = await seedSynthetic(context(), { orders: 50_000, seed: 1 });
  expect(result).toMatchObject({ changed: false, rows: { products: expect.any(Number) } });
  expect(await fingerprint()).toEqual(before);
});

test('rows that are missing come back, and only they', async () => {
  const before = await query(
    'select md5(string_agg(o::text, $$,$$ order by order_id, product_id)) from shop.orders o',
  );
  await query(`delete from shop.orders where order_timestamp >= '2018-08-01'`);
  const kept = await query<{ n: number }>('select count(*)::integer as n from shop.orders');
  const result = await seedSynthetic(context(), { orders: 50_000, seed: 1 });
  expect(result.changed).toBe(true);
  expect(
    await query('select md5(string_agg(o::text, $$,$$ order by order_id, product_id)) from shop.orders o'),
  ).toEqual(before);
  const [old] = await query(
    `select count(*)::integer as n from shop.orders where order_timestamp < '2018-08-01'`,
  );
  expect(old).toEqual(kept[0]);
});

test.each([
  ['another seed', { orders: 50_000, seed: 2 }],
  ['another number of orders', { orders: 50_001, seed: 1 }],
  ['another span', { orders: 50_000, seed: 1, days: 365 }],
])('%s is other data, refused without replace', async (_, options) => {
  const before = await fingerprint();
  await expect(seedSynthetic(context(), options)).rejects.toMatchObject({ code: 'other_data_seeded' });
  expect(await fingerprint()).toEqual(before);
});

test('replace puts another shop in its place', async () => {
  const result = await seedSynthetic(context(), { orders: 2000, seed: 2, days: 30, replace: true });
  expect(result.changed).toBe(true);
  const [counts] = await query(`
    select count(distinct order_id)::integer as orders,
      min(ops.business_day(order_timestamp, 'America/Sao_Paulo')) as first from shop.orders`);
  expect(counts).toEqual({ orders: 2000, first: '2018-08-02' });
});

// Zones whose clock is set by half an hour, at a minute past midnight and back over it, by a whole day; and an odd one.
test.each([
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
  'America/Havana',
  'Asia/Kathmandu',
  'UTC',
])('the live rollups are those that Postgres makes of the orders, in %s', async (timezone) => {
  await seedSynthetic(context({ timezone }), { orders: 20_000, seed: 3, days: 3653, replace: true });
  for (const [table, day] of [
    ['hourly_sales', 'order_hour'],
    ['daily_product_sales', 'order_date'],
  ]) {
    const rows = `select row::text from live.${table} as row`;
    const expected = `select row::text from live.${table}_of_orders('${timezone}') as row`;
    expect(await query(`(${rows}) except all (${expected})`)).toEqual([]);
    expect(await query(`(${expected}) except all (${rows})`)).toEqual([]);
    const [span] = await query<{ days: number }>(
      `select max(${day})::date - min(${day})::date as days from live.${table}`,
    );
    expect(span?.days).toBeGreaterThan(3600);
  }
  const [kept] = await query(`
      select value as zone, (select count(*)::integer from pg_constraint where connamespace = 'live'::regnamespace) as keys
      from ops.settings where name = 'live_timezone'`);
  expect(kept).toEqual({ zone: timezone, keys: 2 });
});

// What a live page does all the time: each question locks both for a moment, one after the other.
test('readers of the rollups and of the shop neither fail nor undo a replacing seed', async () => {
  const questions = [
    'select count(*) from live.daily_product_sales join live.products using (product_id)',
    'select count(*) from live.products join live.daily_product_sales using (product_id)',
    'select count(*) from live.recent_orders, live.hourly_sales where false',
  ];
  let done = false;
  const reader = (question: string): Promise<number> =>
    withClient(db.bi, async (client) => {
      let answers = 0;
      for (; !done; answers++) await client.query(question);
      return answers;
    });
  const readers = questions.map(reader);
  try {
    for (const orders of [40_000, 40_001, 40_002])
      await seedSynthetic(context(), { orders, seed: 4, replace: true });
  } finally {
    done = true;
  }
  for (const answers of await Promise.all(readers)) expect(answers).toBeGreaterThan(1);
}, 120_000);

test('bad options are refused before anything is connected to', async () => {
  const owner = { ...db.owner, port: 1 };
  await expect(seedSynthetic(context({ owner }), { orders: 0, seed: 1 })).rejects.toMatchObject({
    kind: 'usage',
    code: 'bad_orders',
  });
});
