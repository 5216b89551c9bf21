import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { findQuestion } from '../../src/reports/catalogue.ts';
import type { GivenParameters } from '../../src/reports/parameters.ts';
import { renderAs } from '../../src/reports/render.ts';
import { type Cell, type ReportResult, runReport } from '../../src/reports/run.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const folder = new URL('../../sql/questions', import.meta.url).pathname;
const zone = 'America/Sao_Paulo';
const questions = [
  'orders-per-hour',
  'cancellations',
  'top-products-today',
  'recent-orders',
  'revenue-today',
  'categories-today',
];

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await withClient(database.owner, async (client) => {
    await client.query(`
      insert into shop.customers (customer_id, name, email, created_at) values (md5('c')::uuid, 'Ana', 'ana@example.com', now());
      insert into shop.products (product_id, name, category, price)
      select md5('p' || n)::uuid, 'Produto ' || n, 'category ' || n % 3, 10 from generate_series(1, 12) as n;

      -- 200 orders of the last 100 hours; some have two lines, some came by a seed, some were canceled hours after.
      insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
      select md5('o' || n)::uuid, md5('p' || product)::uuid, md5('c')::uuid, 1 + n % 4, product * 1.05, placed,
        case n % 5 when 0 then 'canceled' when 1 then 'unavailable' else 'shipped' end,
        case when n % 3 = 0 then 0 else 2 end,
        case when n % 3 = 0 then null else placed + interval '3 hours' end
      from generate_series(1, 200) as n
      cross join lateral (select now() - n * interval '29 minutes' - interval '1 second' as placed) as clock
      cross join lateral (select distinct 1 + (n * line) % 12 as product from generate_series(1, 1 + n % 2) as line) as lines;
      -- One that nobody has to see yet.
      insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
      values (md5('future')::uuid, md5('p1')::uuid, md5('c')::uuid, 1, 1, now() + interval '5 hours', 'created');
      select live.rebuild('${zone}')`);
  });
});
afterAll(() => database.drop());

const ask = async (
  name: string,
  given: GivenParameters = {},
  target = database.bi,
  timezone = zone,
): Promise<ReportResult> => runReport(target, await findQuestion(folder, name), given, { timezone });

/** Plain SQL over the orders, as the owner. */
const plain = (sql: string, values: unknown[] = []): Promise<Cell[][]> =>
  withClient(database.owner, async (client) => {
    const { rows } = await client.query<Cell[]>({ text: sql, values, rowMode: 'array' });
    return rows;
  });

/** What both say at one time: asked again where the hour, and perhaps the day, changed in between. */
async function atOnce<A, B>(one: () => Promise<A>, other: () => Promise<B>): Promise<[A, B]> {
  for (;;) {
    const hour = Math.floor(Date.now() / 3_600_000);
    const both: [A, B] = [await one(), await other()];
    if (Math.floor(Date.now() / 3_600_000) === hour) return both;
  }
}

/** Hours of the wall clock, `$1` of them with the one that runs now; no change of the clock is among them here. */
const hours = (figures: string, at: string): string => `
  select to_char(hour, 'YYYY-MM-DD HH24:MI:SS'), ${figures}
  from generate_series(
    date_trunc('hour', now() at time zone $2) - ($1::integer - 1) * interval '1 hour', date_trunc('hour', now() at time zone $2), interval '1 hour'
  ) as hour
  left join shop.orders on date_trunc('hour', (${at}) at time zone $2) = hour
  group by hour order by hour`;
const sale = `filter (where status not in ('canceled', 'unavailable'))`;

describe('figures are those of plain SQL over the orders', () => {
  // Not of one: it may have begun just now, without an order.
  test.each([3, 48, 120])('per hour, of %d', async (n) => {
    const [orders, expected] = await atOnce(
      () => ask('orders-per-hour', { hours: n }),
      () =>
        plain(
          hours(
            `count(distinct order_id)::integer, coalesce(sum(quantity) ${sale}, 0)::integer, coalesce(sum(quantity * price) ${sale}, 0.00)::text`,
            'order_timestamp',
          ),
          [n, zone],
        ),
    );
    expect(orders.rows).toEqual(expected);
    expect(orders.rows).toHaveLength(n);
    expect(orders.window).toEqual({ from: expected[0]?.[0], to: expected.at(-1)?.[0] });
    const canceled = `filter (where status = 'canceled')`;
    const [cancellations, counted] = await atOnce(
      () => ask('cancellations', { hours: n }),
      () =>
        plain(
          hours(
            `count(distinct order_id) ${canceled}::integer, coalesce(sum(quantity * price) ${canceled}, 0.00)::text`,
            'coalesce(status_at, order_timestamp)',
          ),
          [n, zone],
        ),
    );
    expect(cancellations.rows).toEqual(counted);
  });

  test('per hour, of 48 where nothing is said', async () => {
    expect((await ask('orders-per-hour')).rows).toHaveLength(48);
    expect((await ask('cancellations')).rows).toHaveLength(48);
  });

  test('of the products of a day', async () => {
    const [day] =
      (await plain(`select ((now() - interval '1 day') at time zone $1)::date::text`, [zone]))[0] ?? [];
    const ranked = `
      select name, category, (sum(quantity) ${sale})::integer, count(distinct order_id)::integer,
        (sum(quantity * orders.price) ${sale})::text
      from shop.orders join shop.products using (product_id)
      where (order_timestamp at time zone $1)::date = coalesce($2::date, (now() at time zone $1)::date)
      group by product_id, name, category
      having sum(quantity) ${sale} > 0
      order by sum(quantity * orders.price) ${sale} desc, sum(quantity) ${sale} desc, product_id
      limit $3`;
    const [today, expected] = await atOnce(
      () => ask('top-products-today'),
      () => plain(ranked, [zone, null, 10]),
    );
    expect(today.rows).toEqual(expected.map((row, index) => [index + 1, ...row]));
    const before = await ask('top-products-today', { day: String(day), limit: 3 });
    expect(before.rows).toHaveLength(3);
    expect(before.rows).toEqual(
      (await plain(ranked, [zone, day, 3])).map((row, index) => [index + 1, ...row]),
    );
    expect(before.window).toEqual({ from: day, to: day });
  });

  test('of the day that runs against the week before, to the minute', async () => {
    const other = await testDatabase();
    try {
      await withClient(other.owner, (client) =>
        client.query(`
          insert into shop.customers (customer_id, name, email, created_at) values (md5('c')::uuid, 'Ana', 'ana@example.com', now());
          insert into shop.products (product_id, name, category) values (md5('p')::uuid, 'Produto', 'category');
          insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
          select md5(n::text)::uuid, md5('p')::uuid, md5('c')::uuid, 1, n, now() - n * interval '10 minutes', case n % 4 when 0 then 'canceled' else 'shipped' end
          from generate_series(0, 1300) as n;
          select live.rebuild('${zone}')`),
      );
      const perHour = (day: string, until: string): string => `
        select hour::integer, coalesce(sum(quantity * price) ${sale}, 0)::text
        from generate_series(0, 23) as hour left join shop.orders
          on (order_timestamp at time zone $1)::date = (now() at time zone $1)::date - ${day}
          and extract(hour from order_timestamp at time zone $1) = hour
          and order_timestamp at time zone $1 <= ${until}
        group by hour order by hour`;
      const here = (sql: string): Promise<Cell[][]> =>
        withClient(other.owner, async (client) => {
          const { rows } = await client.query<Cell[]>({ text: sql, values: [zone], rowMode: 'array' });
          return rows;
        });
      // One order each ten minutes of the clock: between two askings none of a week ago comes in.
      const result = await ask('revenue-today', {}, other.bi);
      const now = `now() at time zone $1`;
      const [today, soFar, whole] = await Promise.all([
        here(perHour('0', now)),
        here(perHour('7', `${now} - interval '7 days'`)),
        here(perHour('7', `'infinity'`)),
      ]);
      const hour = Number(result.rows.findLastIndex((row) => row[1] !== null));
      expect(result.rows).toHaveLength(24);
      for (const [at, [, revenue, before, beforeHour]] of result.rows.entries()) {
        expect(revenue, `hour ${at}`).toBe(at <= hour ? Number(today[at]?.[1]).toFixed(2) : null);
        expect(before, `hour ${at}`).toBe(Number((at === hour ? soFar : whole)[at]?.[1]).toFixed(2));
        expect(beforeHour, `hour ${at}`).toBe(Number(whole[at]?.[1]).toFixed(2));
      }
      // A shop whose first orders are of this week has nothing to compare with.
      const young = await ask('revenue-today');
      expect(young.rows.every((row) => row[2] === null && row[3] === null)).toBe(true);
    } finally {
      await other.drop();
    }
  });

  test('of the categories of a day', async () => {
    const counted = `
      select category, count(*)::integer, coalesce(sum(quantity) ${sale}, 0)::integer, coalesce(sum(quantity * orders.price) ${sale}, 0.00)::text
      from shop.orders join shop.products using (product_id)
      where (order_timestamp at time zone $1)::date = (now() at time zone $1)::date
      group by category order by 2 desc, sum(quantity * orders.price) ${sale} desc nulls last, category`;
    const [today, expected] = await atOnce(
      () => ask('categories-today'),
      () => plain(counted, [zone]),
    );
    expect(today.rows).toEqual(expected);
    expect((await ask('categories-today', { limit: 1 })).rows).toEqual(expected.slice(0, 1));
  });

  test('of the orders that were placed last', async () => {
    const expected = await plain(
      `select to_char(order_timestamp at time zone $1, 'YYYY-MM-DD HH24:MI:SS'), status,
        string_agg(name, ', ' order by name), sum(quantity)::integer, sum(quantity * orders.price)::text
      from shop.orders join shop.products using (product_id)
      group by order_id, order_timestamp, status order by order_timestamp desc limit 20`,
      [zone],
    );
    expect((await ask('recent-orders')).rows).toEqual(expected);
    expect((await ask('recent-orders', { limit: 2 })).rows).toEqual(expected.slice(0, 2));
  });
});

describe('the answer', () => {
  test.each(questions)('of %s has the declared columns, and tells nothing of customers', async (name) => {
    const question = await findQuestion(folder, name);
    const { columns } = await ask(name);
    expect(columns.map((column) => column.name)).toEqual(question.columns.map((column) => column.name));
    expect(columns.map((column) => column.name).join()).not.toMatch(/customer|email/);
    for (const format of ['chart', 'table', 'csv'] as const) {
      const style = { width: 80, colour: false, unicode: true };
      const text = renderAs(format, question, await ask(name), style);
      if (format !== 'csv')
        expect(
          text.split('\n').every((line) => line.length <= 80),
          text,
        ).toBe(true);
    }
  });

  test('needs only what shop_bi may see', async () => {
    const client = await connect(database.bi);
    await expect(client.query('select * from shop.orders')).rejects.toThrow('permission denied');
    await expect(client.query('select * from shop.products')).rejects.toThrow('permission denied');
    await client.query('select * from live.products');
    await client.end();
  });

  test('of a zone whose clock has hours of its own', async () => {
    for (const timezone of ['Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC']) {
      const other = await testDatabase();
      try {
        await withClient(other.owner, (client) =>
          client.query(`
            insert into shop.customers (customer_id, name, email, created_at) values (md5('c')::uuid, 'Ana', 'ana@example.com', now());
            insert into shop.products (product_id, name, category) values (md5('p')::uuid, 'Produto', 'category');
            insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
            select md5(n::text)::uuid, md5('p')::uuid, md5('c')::uuid, 1, 1, now() - n * interval '10 minutes', 'canceled'
            from generate_series(0, 280) as n;
            select live.rebuild('${timezone}')`),
        );
        for (const [name, column] of [
          ['orders-per-hour', 1],
          ['cancellations', 1],
        ] as const) {
          const { rows } = await ask(name, {}, other.bi, timezone);
          expect(rows).toHaveLength(48);
          expect(rows.reduce((sum, row) => sum + Number(row[column]), 0)).toBeGreaterThan(270);
          expect(rows.every((row) => Number(row[column]) <= 6)).toBe(true);
        }
      } finally {
        await other.drop();
      }
    }
  });

  test('spans a year of hours at most', async () => {
    expect((await ask('orders-per-hour', { hours: 999_999_999 })).rows).toHaveLength(8_784);
  });
});

describe('nothing to show', () => {
  test('says what to do', async () => {
    const empty = await testDatabase();
    try {
      for (const name of questions) {
        const question = await findQuestion(folder, name);
        const result = await ask(name, {}, empty.bi);
        expect(result.rows, name).toEqual([]);
        const text = renderAs('chart', question, result, { width: 80, colour: false, unicode: true });
        expect(text, name).toMatch(/no orders (from|on|yet)/);
        expect(text, name).toMatch(/shop-pipe stream start.*\n.*shop-pipe produce --rate/);
      }
    } finally {
      await empty.drop();
    }
  });

  test('orders without a cancellation are zeros, not nothing', async () => {
    const other = await testDatabase();
    try {
      await withClient(other.owner, (client) =>
        client.query(
          `insert into live.hourly_sales (order_hour, orders) values (date_trunc('hour', now()), 1)`,
        ),
      );
      const { rows } = await ask('cancellations', { hours: 2 }, other.bi);
      expect(rows.map((row) => row.slice(1))).toEqual([
        [0, '0.00'],
        [0, '0.00'],
      ]);
    } finally {
      await other.drop();
    }
  });
});
