import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { findQuestion } from '../../src/reports/catalogue.ts';
import type { GivenParameters } from '../../src/reports/parameters.ts';
import { type Cell, type ReportResult, runReport } from '../../src/reports/run.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { type FactLine, fillAggregates, fillFacts, fillProducts } from './shop.ts';

const folder = new URL('../../sql/questions', import.meta.url).pathname;
const zone = 'America/Sao_Paulo';

/** 70 days from 2017-09-20 with gaps, over the day whose midnight is missing; baskets of up to three products. */
function lines(): FactLine[] {
  const start = Date.parse('2017-09-20T03:10:00Z');
  const statuses = ['delivered', 'shipped', 'delivered', 'canceled', 'delivered', 'unavailable', 'created'];
  const made: FactLine[] = [];
  for (let order = 0; order < 400; order++) {
    const day = (order * 37) % 70;
    if (day % 9 === 4 || (day > 60 && day < 66)) continue;
    const at = new Date(start + day * 86_400_000 + ((order * 7_919) % 1_400) * 60_000).toISOString();
    for (let line = 0; line <= order % 3; line++) {
      made.push({
        order,
        product: 1 + ((order * 5 + line * 4) % 11),
        at,
        quantity: 1 + (order % 4),
        price: `${10 + ((order * 13 + line) % 90)}.${order % 10}5`,
        status: statuses[order % statuses.length] ?? 'delivered',
      });
    }
  }
  // Around the missing midnight; product 12 is sold here only.
  made.push({ order: 1001, product: 12, at: '2017-10-15T03:00:00Z', quantity: 3, price: '33.30' });
  made.push({
    order: 1002,
    product: 12,
    at: '2017-10-15T02:59:59Z',
    quantity: 1,
    price: '0.00',
    status: 'canceled',
  });
  // All level in revenue, two of them in units too; the fourth was ordered, but not sold.
  const level = { at: '2018-01-05T12:00:00Z', quantity: 2, price: '10.00' };
  made.push({ ...level, order: 1003, product: 1 }, { ...level, order: 1003, product: 3 });
  made.push({ ...level, order: 1004, product: 2, quantity: 4, price: '5.00' });
  made.push({ ...level, order: 1005, product: 4, status: 'unavailable' });
  return made;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await withClient(database.owner, async (client) => {
    await fillProducts(client);
    await fillFacts(client, lines(), zone);
    await fillAggregates(client, zone);
  });
});
afterAll(() => database.drop());

const ask = async (name: string, given: GivenParameters = {}): Promise<ReportResult> =>
  runReport(database.bi, await findQuestion(folder, name), given, { timezone: zone });

/** Plain SQL over the facts, as the owner. */
const plain = (sql: string, values: unknown[] = []): Promise<Cell[][]> =>
  withClient(database.owner, async (client) => {
    const { rows } = await client.query<Cell[]>({ text: sql, values, rowMode: 'array' });
    return rows;
  });

const windows: { given: GivenParameters; from: string; to: string }[] = [
  { given: { from: '2017-10-10', to: '2017-10-20' }, from: '2017-10-10', to: '2017-10-20' },
  { given: { from: '2017-10-15', to: '2017-10-15' }, from: '2017-10-15', to: '2017-10-15' },
  { given: { from: '2017-09-01', to: '2017-12-31' }, from: '2017-09-01', to: '2017-12-31' },
];

/** The default window, counted in TypeScript over the facts' days. */
async function lastDays(n: number, until = '9999-12-31'): Promise<{ from: string; to: string }> {
  const days = await plain(
    'select distinct order_date::text from curated.fact_orders where order_date <= $1 order by 1',
    [until],
  );
  const last = days.slice(-n).map(([day]) => String(day));
  return { from: last[0] ?? '', to: last.at(-1) ?? '' };
}

const dailyFigures = `
  select day::date::text, count(distinct order_id)::int,
    coalesce(sum(quantity) filter (where is_sale), 0)::int, coalesce(sum(fact.revenue) filter (where is_sale), 0.00)::text
  from generate_series($1::timestamp, $2::timestamp, interval '1 day') as day
  left join (select * from curated.fact_orders join (select product_id, category from curated.dim_products) as p using (product_id)) as fact
    on order_date = day::date and ($3::text is null or category = $3)
  group by day order by day`;
const topProducts = `
  with figures as (
    select product_id, sum(quantity) filter (where is_sale) as units, count(distinct order_id) as orders,
      sum(revenue) filter (where is_sale) as revenue
    from curated.fact_orders where order_date >= $1 and order_date <= $2 group by 1
  )
  select (select count(*) from figures as better where (better.revenue, better.units) > (mine.revenue, mine.units)
      or (better.revenue, better.units) = (mine.revenue, mine.units) and better.product_id <= mine.product_id)::int as place,
    name, category, mine.units::int, mine.orders::int, mine.revenue::text
  from figures as mine join curated.dim_products using (product_id)
  where mine.units > 0 and ($3::text is null or category = $3) order by 1`;
const perCategory = `
  select category, count(distinct order_id)::int, coalesce(sum(quantity) filter (where is_sale), 0)::int,
    coalesce(sum(fact.revenue) filter (where is_sale), 0.00)::text
  from curated.fact_orders as fact join curated.dim_products using (product_id)
  where order_date between $1 and $2 and ($3::text is null or category = $3)
  group by 1 order by 2 desc, sum(fact.revenue) filter (where is_sale) desc, 1`;

const weekBefore = `
  with daily as (
    select order_date, coalesce(sum(revenue) filter (where is_sale), 0.00) as revenue
    from curated.fact_orders as fact
    join (select product_id, category from curated.dim_products) as p using (product_id)
    where $3::text is null or category = $3
    group by 1
  )
  select day::date::text, coalesce((select revenue from daily where order_date = day::date), 0.00)::text,
    before::text, round((coalesce((select revenue from daily where order_date = day::date), 0.00) / nullif(before, 0) - 1) * 100, 1)::text
  from generate_series($1::timestamp, $2::timestamp, interval '1 day') as day
  cross join lateral (
    select case when day::date >= (select min(order_date) + 7 from curated.fact_orders)
      then coalesce((select revenue from daily where order_date = (day - interval '7 days')::date), 0.00) end as before
  ) as earlier
  order by day`;

describe('figures are those of plain SQL over the facts', () => {
  test.each(windows)('between %j', async ({ given, from, to }) => {
    const revenue = await ask('daily-revenue', given);
    expect(revenue.rows).toEqual(await plain(dailyFigures, [from, to, null]));
    expect(revenue.window).toEqual({ from, to });
    const top = await ask('top-products', { ...given, limit: 100 });
    expect(top.rows).toEqual(await plain(topProducts, [from, to, null]));
    const orders = await ask('orders-per-category', given);
    expect(orders.rows).toEqual(await plain(perCategory, [from, to, null]));
    const compared = await ask('sales-week-before', given);
    expect(compared.rows).toEqual(await plain(weekBefore, [from, to, null]));
    expect(compared.window).toEqual({ from, to });
  });

  test('against the week before, which is unknown before the first orders and zero on a day without', async () => {
    const { rows } = await ask('sales-week-before', { from: '2017-09-15', to: '2017-10-31' });
    const [first] = (await plain('select min(order_date)::text from curated.fact_orders'))[0] ?? [];
    const known = rows.filter(
      ([day]) => Date.parse(String(day)) >= Date.parse(String(first)) + 7 * 86_400_000,
    );
    expect(rows.length).toBeGreaterThan(known.length);
    expect(rows.every(([, , before]) => before !== null)).toBe(false);
    expect(known.every(([, , before]) => before !== null)).toBe(true);
    const zero = known.find(([, , before]) => before === '0.00');
    expect(zero?.[3]).toBeNull();
  });

  test('of one category', async () => {
    const category = "child's toys";
    const values = ['2017-10-01', '2017-10-31', category];
    const given = { from: '2017-10-01', to: '2017-10-31', category };
    expect((await ask('daily-revenue', given)).rows).toEqual(await plain(dailyFigures, values));
    expect((await ask('orders-per-category', given)).rows).toEqual(await plain(perCategory, values));
    expect((await ask('sales-week-before', given)).rows).toEqual(await plain(weekBefore, values));
    const top = (await ask('top-products', given)).rows;
    const expected = await plain(topProducts, values);
    expect(top.map((row) => row.slice(1))).toEqual(expected.map((row) => row.slice(1)));
    expect(top.map((row) => row[0])).toEqual(top.map((_, n) => n + 1));
  });

  test('of the last 30 days that have orders', async () => {
    const { from, to } = await lastDays(30);
    const revenue = await ask('daily-revenue');
    expect(revenue.window).toEqual({ from, to });
    expect(revenue.rows).toEqual(await plain(dailyFigures, [from, to, null]));
    expect(revenue.rows.filter(([, orders]) => orders !== 0)).toHaveLength(30);
    expect((await ask('sales-week-before')).rows).toEqual(await plain(weekBefore, [from, to, null]));
    expect(revenue.rows.length).toBeGreaterThan(30);
    const top = await ask('top-products');
    expect(top.window).toEqual({ from, to });
    expect(top.rows).toEqual((await plain(topProducts, [from, to, null])).slice(0, 10));
    const orders = await ask('orders-per-category', { limit: 2 });
    expect(orders.rows).toEqual((await plain(perCategory, [from, to, null])).slice(0, 2));
  });

  test('with one end given', async () => {
    const { to } = await lastDays(30);
    expect((await ask('daily-revenue', { from: '2017-11-20' })).window).toEqual({ from: '2017-11-20', to });
    const { from } = await lastDays(30, '2017-11-01');
    expect((await ask('orders-per-category', { to: '2017-11-01' })).window).toEqual({
      from,
      to: '2017-11-01',
    });
  });
});

test('products of one revenue are ranked by units, then by id', async () => {
  const { rows } = await ask('top-products', { from: '2018-01-05', to: '2018-01-05' });
  const byId = await plain(
    `select name from curated.dim_products where name in ('Produto 1', 'Produto 3') order by product_id`,
  );
  expect(rows.map(([rank, name, , units, orders, revenue]) => [rank, name, units, orders, revenue])).toEqual([
    [1, 'Produto 2', 4, 1, '20.00'],
    [2, byId[0]?.[0], 2, 1, '20.00'],
    [3, byId[1]?.[0], 2, 1, '20.00'],
  ]);
});

describe('the answer', () => {
  test('has typed columns and exact money', async () => {
    const { columns, rows, parameters } = await ask('top-products', { limit: 1 });
    expect(columns).toEqual([
      { name: 'rank', type: 'integer' },
      { name: 'product', type: 'text' },
      { name: 'category', type: 'text' },
      { name: 'units', type: 'integer' },
      { name: 'orders', type: 'integer' },
      { name: 'revenue', type: 'decimal' },
    ]);
    expect(rows[0]?.[5]).toMatch(/^\d+\.\d\d$/);
    expect(parameters).toEqual({ limit: '1' });
  });

  test.each(['daily-revenue', 'top-products', 'orders-per-category', 'sales-week-before'])(
    'of %s has the declared columns, and no rows where there are no orders',
    async (name) => {
      const question = await findQuestion(folder, name);
      const result = await ask(name, { from: '2030-01-01', to: '2030-01-31' });
      expect(result.columns.map((column) => column.name)).toEqual(
        question.columns.map((column) => column.name),
      );
      expect(result.rows).toEqual([]);
      expect(result.window?.from).toMatch(/^2030-01-01/);
      expect((await ask(name, { from: '2031-01-01' })).rows).toEqual([]);
    },
  );
});

describe('what can go wrong', () => {
  test('nothing is curated yet', async () => {
    const empty = await testDatabase();
    try {
      for (const name of ['daily-revenue', 'top-products', 'orders-per-category', 'sales-week-before']) {
        const result = await runReport(empty.bi, await findQuestion(folder, name));
        expect(result.rows, name).toEqual([]);
        expect(result.window, name).toBeUndefined();
      }
    } finally {
      await empty.drop();
    }
  });

  test('the database is not migrated', async () => {
    const bare = await testDatabase({ migrated: false });
    try {
      await expect(runReport(bare.owner, await findQuestion(folder, 'daily-revenue'))).rejects.toMatchObject({
        kind: 'environment',
        code: 'not_migrated',
        message: expect.stringContaining('relation "curated.daily_sales" does not exist'),
        suggestion: 'shop-pipe migrate up',
      });
    } finally {
      await bare.drop();
    }
  });

  test('a parameter is refused before the database is asked, or by it', async () => {
    const nowhere = { ...database.bi, port: 1 };
    const question = await findQuestion(folder, 'top-products-today');
    await expect(runReport(nowhere, question, { day: '2018-02-30' })).rejects.toMatchObject({
      kind: 'usage',
    });
    await expect(runReport(database.bi, question, { timezone: 'Mars/Olympus' })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('time zone "Mars/Olympus" not recognized'),
    });
  });

  test('the server is not there, is slow, or the user has had enough', async () => {
    const question = await findQuestion(folder, 'daily-revenue');
    const slow = {
      ...question,
      sql: [{ kind: 'sql' as const, text: 'select pg_sleep(30)' }],
      parameters: [],
    };
    await expect(runReport({ ...database.bi, port: 1 }, question)).rejects.toMatchObject({
      code: 'postgres_unreachable',
    });
    await expect(runReport(database.bi, slow, {}, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'report_timeout',
    });
    await expect(
      runReport(database.bi, slow, {}, { signal: AbortSignal.timeout(200) }),
    ).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });

  test('a question that writes is refused', async () => {
    const question = await findQuestion(folder, 'daily-revenue');
    const writes = {
      ...question,
      sql: [{ kind: 'sql' as const, text: 'delete from curated.daily_sales' }],
      parameters: [],
    };
    await expect(runReport(database.owner, writes)).rejects.toMatchObject({
      code: 'report_failed',
      message: expect.stringContaining('read-only transaction'),
    });
    const client = await connect(database.bi);
    await expect(client.query('delete from curated.daily_sales')).rejects.toThrow('permission denied');
    await client.end();
  });
});
