import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { seedOlist } from '../../src/olist/seed.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { definitionsOf, pictureOf, rowsOf } from './shop-picture.ts';
import { filesOf, goodRecords, id, type Scratch, scratch, uuid } from './small-olist.ts';

const zone = 'America/Sao_Paulo';
const ordersFile = 'olist_orders_dataset.csv';
let database: TestDatabase;
let place: Scratch;
let one: string;
let other: string;
let steps: string[];
let warnings: string[];

beforeAll(async () => {
  place = await scratch();
  one = await place.zip(filesOf());
  const late = `${id('a', 9)},${id('c', 1)},shipped,2018-06-01 10:00:00,`;
  other = await place.zip(filesOf({ [ordersFile]: [...goodRecords[ordersFile], late] }));
});
beforeEach(async () => {
  database = await testDatabase();
  steps = [];
  warnings = [];
  return () => database.drop();
});
afterAll(() => place.remove());

const seed = (path: string, options: { replace?: boolean; timezone?: string } = {}) =>
  seedOlist(
    {
      owner: database.owner,
      timezone: options.timezone ?? zone,
      progress: {
        ...silent,
        step: (label) => {
          steps.push(label);
          return silent.step(label);
        },
        warn: (message) => void warnings.push(message),
      },
    },
    { path, replace: options.replace },
  );
const run = (sql: string) => withClient(database.owner, (client) => client.query(sql));
const count = async (table: string): Promise<number> =>
  (await rowsOf<{ n: number }>(database.owner, `select count(*)::integer as n from ${table}`))[0]?.n ?? -1;

/** The rollups as they are, and as they have to be. */
async function rollups(timezone = zone): Promise<[unknown[], unknown[]][]> {
  const pair = async (table: string): Promise<[unknown[], unknown[]]> => [
    await rowsOf(database.owner, `select * from live.${table} order by 1, 2`),
    await rowsOf(database.owner, `select * from live.${table}_of_orders($1) order by 1, 2`, [timezone]),
  ];
  return [await pair('hourly_sales'), await pair('daily_product_sales')];
}

/** What a stream leaves: an order of a new customer, the books, and a reject. */
const streamed = `
  insert into shop.customers (customer_id, name, email, created_at) values (md5('new')::uuid, 'new', 'new@example.com', now());
  insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
  select md5('new')::uuid, product_id, md5('new')::uuid, 2, 3, now(), 'canceled', 4, now() from shop.products limit 1;
  insert into ops.streams (name, topic, cluster_id, topic_id, batches, read, applied, rejected) values ('orders', 'shop.orders', 'c', 't', 1, 2, 1, 1);
  insert into ops.stream_offsets values ('orders', 0, 0, 2);
  insert into ops.stream_batches (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds)
  values ('orders', 1, '{"0": [0, 2]}', 2, 1, 0, 0, 0, 1, 0, '{}', '{}');
  insert into ops.rejects (source, position, reason, payload, kafka_partition, kafka_offset)
  values ('shop.orders', 'partition 0 offset 1', 'malformed_json', '', 0, 1);
  insert into ops.settings values ('stream_reset', '{}'), ('rejects_pruned', '{}')`;

describe('the real-time rollups', () => {
  it('are made with the rows, in the zone of the business day', async () => {
    await seed(one, { timezone: 'Asia/Kolkata' });
    for (const [found, expected] of await rollups('Asia/Kolkata')) {
      expect(found).toEqual(expected);
      expect(found.length).toBeGreaterThan(1);
    }
    expect(
      await rowsOf(database.owner, `select value from ops.settings where name = 'live_timezone'`),
    ).toEqual([{ value: 'Asia/Kolkata' }]);
  });

  it('are made anew when missing rows come back', async () => {
    await seed(one);
    await run(`delete from shop.orders where order_id = '${uuid('a', 1)}'; ${streamed}`);
    expect(await seed(one)).toMatchObject({ changed: true });
    for (const [found, expected] of await rollups()) expect(found).toEqual(expected);
  });

  it('stay as they are when nothing is missing', async () => {
    await seed(one);
    const before = await rowsOf(database.owner, 'select ctid, xmin, * from live.hourly_sales order by 1');
    expect(await seed(one)).toMatchObject({ changed: false });
    expect(await rowsOf(database.owner, 'select ctid, xmin, * from live.hourly_sales order by 1')).toEqual(
      before,
    );
  });

  it('come to a shop that was filled before there were any', async () => {
    await seed(one);
    await run(`delete from live.hourly_sales; delete from live.daily_product_sales;
      delete from ops.settings where name = 'live_timezone'`);
    expect(await seed(one)).toMatchObject({ changed: false });
    for (const [found, expected] of await rollups()) expect(found).toEqual(expected);
  });

  it('fail with the seed: everything or nothing', async () => {
    await run('alter table live.daily_product_sales add constraint few check (units < 1)');
    await expect(seed(one)).rejects.toMatchObject({ code: '23514' });
    expect(await count('shop.orders')).toBe(0);
    expect(await count('live.hourly_sales')).toBe(0);
  });
});

describe('rows that a stream added', () => {
  it('do not make a seed look at each row again', async () => {
    await seed(one);
    await run(streamed);
    const before = await pictureOf(database.owner);
    steps = [];
    expect(await seed(one)).toMatchObject({ changed: false, rows: { orders: 3 } });
    expect(steps).toEqual(['comparing with what was seeded']);
    expect(await pictureOf(database.owner)).toEqual(before);
  });

  it('do not hide that a row of the seed is gone, or changed', async () => {
    await seed(one);
    await run(streamed);
    await run(`delete from shop.orders where order_id = '${uuid('a', 2)}'`);
    expect(await seed(one)).toMatchObject({ changed: true });
    expect(await count('shop.orders')).toBe(4);
    await run(
      `update shop.orders set status = 'delivered', version = 2, status_at = now() where order_id = '${uuid('a', 1)}'`,
    );
    steps = [];
    expect(await seed(one)).toMatchObject({ changed: false });
    expect(steps).toContain('adding missing rows');
    expect(
      await rowsOf(database.owner, `select status from shop.orders where order_id = '${uuid('a', 1)}'`),
    ).toEqual([{ status: 'delivered' }]);
  });

  it('do not hide that a customer of the seed is gone', async () => {
    await seed(one);
    await run(
      `${streamed}; delete from shop.orders; delete from shop.customers where customer_id = '${uuid('e', 2)}'`,
    );
    expect(await seed(one)).toMatchObject({ changed: true });
    expect(await count('shop.customers')).toBe(3);
  });
});

describe('--replace', () => {
  it('forgets the stream, its batches and rejects, and says what the next start does', async () => {
    await seed(one);
    await run(streamed);
    await run(
      `insert into ops.streams (name, topic, cluster_id, topic_id) values ('more', 'shop.orders', 'c', 't')`,
    );
    expect(await seed(other, { replace: true })).toMatchObject({ changed: true });
    for (const table of ['ops.streams', 'ops.stream_offsets', 'ops.stream_batches'])
      expect(await count(table), table).toBe(0);
    expect(await count('ops.rejects where kafka_offset is not null')).toBe(0);
    expect(await count(`ops.settings where name in ('stream_reset', 'rejects_pruned')`)).toBe(0);
    expect(await count('shop.orders where version > 0')).toBe(0);
    for (const [found, expected] of await rollups()) expect(found).toEqual(expected);
    expect(warnings).toEqual([
      expect.stringMatching(/live rollups/),
      expect.stringMatching(
        /ledger, batches and rejects.*`shop-pipe stream start` reads shop\.orders from the beginning.*`shop-pipe stream reset --to latest`/,
      ),
    ]);
  });

  it('says nothing of a stream where there was none', async () => {
    await seed(one);
    await seed(other, { replace: true });
    expect(warnings).toEqual([expect.stringMatching(/replacing the shop's olist data/)]);
  });
});

describe('the fast path', () => {
  it('keeps what the stream needs of the tables', async () => {
    const look = () =>
      rowsOf(
        database.owner,
        `select attname, attnotnull, pg_get_expr(adbin, adrelid) as default, reloptions
        from pg_class join pg_attribute on attrelid = pg_class.oid left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where relnamespace = 'shop'::regnamespace and relkind = 'r' and attnum > 0 order by relname, attnum`,
      );
    const before = [await look(), await definitionsOf(database.owner)];
    await seed(one);
    expect([await look(), await definitionsOf(database.owner)]).toEqual(before);
    expect(before[0]).toContainEqual({
      attname: 'version',
      attnotnull: true,
      default: '0',
      reloptions: ['fillfactor=90'],
    });
    expect(await rowsOf(database.owner, 'select distinct version, status_at from shop.orders')).toEqual([
      { version: 0, status_at: null },
    ]);
  });
});

describe('a merge that is under way', () => {
  /** As the stream's: its row first, then what it reads and writes of shop and live. */
  const merge = [
    `select from ops.streams where name = 'orders' for update`,
    'select count(*) from shop.products',
    `insert into shop.customers (customer_id, name, email, created_at) values (md5('late')::uuid, 'late', 'late@example.com', now())`,
    `insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
      select md5('late')::uuid, product_id, md5('late')::uuid, 1, 1, now(), 'created', 1, now() from shop.products limit 1`,
    `insert into live.hourly_sales (order_hour, orders) values (now(), 1) on conflict (order_hour) do update set orders = hourly_sales.orders + 1`,
    `insert into ops.settings values ('timezone', '"${zone}"') on conflict (name) do update set value = excluded.value`,
  ];

  it.each([1, 2, 3, 4, 5, 6])(
    'is waited for, wherever it is: after its first %d statements',
    async (done) => {
      await seed(one);
      await run(`${streamed}; delete from shop.orders where order_id = '${uuid('a', 1)}'`);
      await expectNoDeadlock(done, () => seed(one));
      expect(await count(`shop.orders where order_id = md5('late')::uuid`)).toBe(1);
    },
  );

  it.each([1, 2, 3, 4, 5, 6])('is waited for by --replace: after its first %d statements', async (done) => {
    await seed(one);
    await run(streamed);
    await expectNoDeadlock(done, () => seed(other, { replace: true }));
    expect(await count('shop.orders')).toBe(3);
    for (const [found, expected] of await rollups()) expect(found).toEqual(expected);
  });

  it.each([1, 2])(
    'is waited for by the seed of an empty shop: after its first %d statements',
    async (done) => {
      await run(streamed);
      await expectNoDeadlock(done, () => seed(one), merge.slice(0, 2));
      expect(await count('shop.orders')).toBe(3);
    },
  );

  async function expectNoDeadlock(
    done: number,
    work: () => Promise<unknown>,
    statements = merge,
  ): Promise<void> {
    const stream = await connect(database.owner);
    await stream.query('begin');
    for (const sql of statements.slice(0, done)) await stream.query(sql);
    const seeding = work();
    const waiting = `select from pg_locks join pg_stat_activity using (pid) where not granted and application_name = 'shop-pipe seed'`;
    await vi.waitFor(async () => expect((await rowsOf(database.owner, waiting)).length).toBeGreaterThan(0), {
      timeout: 20_000,
      interval: 20,
    });
    for (const sql of statements.slice(done)) await stream.query(sql);
    await stream.query('commit');
    await stream.end();
    await seeding;
  }
});
