import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedOlist } from '../../src/olist/seed.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { definitionsOf, pictureOf, rowsOf } from './shop-picture.ts';
import { filesOf, goodRecords, id, type Scratch, scratch } from './small-olist.ts';

const ordersFile = 'olist_orders_dataset.csv';
let database: TestDatabase;
let place: Scratch;
let one: string;
let other: string;
let warnings: string[];

beforeAll(async () => {
  place = await scratch();
  one = await place.zip(filesOf());
  const late = `${id('a', 9)},${id('c', 1)},shipped,2018-06-01 10:00:00,`;
  other = await place.zip(filesOf({ [ordersFile]: [...goodRecords[ordersFile], late] }));
});
beforeEach(async () => {
  database = await testDatabase();
  warnings = [];
  return () => database.drop();
});
afterAll(() => place.remove());

const seed = (path: string, options: { replace?: boolean; timezone?: string } = {}) =>
  seedOlist(
    {
      owner: database.owner,
      timezone: options.timezone ?? 'America/Sao_Paulo',
      progress: { ...silent, warn: (message) => void warnings.push(message) },
    },
    { path, replace: options.replace },
  );
const run = (sql: string) => withClient(database.owner, (client) => client.query(sql));
const count = async (table: string): Promise<number> =>
  (await rowsOf<{ n: number }>(database.owner, `select count(*)::integer as n from ${table}`))[0]?.n ?? -1;

/** What a batch run would have left, in short. */
const curate = () =>
  run(`
    select curated.ensure_partitions('2018-05-01', '2018-05-01');
    insert into curated.fact_orders
      select order_id, product_id, customer_id, '2018-05-01', order_timestamp, quantity, price, price, status, true
      from shop.orders where status = 'delivered';
    insert into ops.curated_days values ('2018-05-01', 1, 1, 1, 10, 1);
    insert into ops.settings (name, value) values ('attributes_watermark', '1');
    truncate ops.changed_days`);

describe('other data over existing', () => {
  it('is refused, and says what --replace does', async () => {
    await seed(one);
    const before = await pictureOf(database.owner);
    await expect(seed(other)).rejects.toMatchObject({
      kind: 'data',
      code: 'other_data_seeded',
      suggestion: expect.stringMatching(/--replace .*curated/),
    });
    expect(await pictureOf(database.owner)).toEqual(before);
  });

  it('replaces it, with all that was made of it, in one transaction', async () => {
    await seed(other);
    await curate();
    const definitions = await definitionsOf(database.owner);
    expect(await seed(one, { replace: true })).toMatchObject({ changed: true, rejected: {} });
    expect(warnings).toEqual([expect.stringMatching(/olist .*curated tables \(1 days\)/)]);
    for (const table of ['curated.fact_orders', 'ops.curated_days', 'ops.rejects'])
      expect(await count(table)).toBe(0);
    expect(await count('ops.changed_days')).toBe(3);
    expect(
      await rowsOf(
        database.owner,
        `select name, value from ops.settings where name <> 'seeded_keys' order by name`,
      ),
    ).toEqual([
      { name: 'live_timezone', value: 'America/Sao_Paulo' },
      { name: 'timezone', value: 'America/Sao_Paulo' },
    ]);
    expect(await rowsOf(database.owner, 'select epoch::integer from ops.etl_control')).toEqual([
      { epoch: 1 },
    ]);
    expect(await definitionsOf(database.owner)).toEqual(definitions);
    expect(await seed(one)).toMatchObject({ changed: false });
  });

  it('keeps the old data when the new cannot be read', async () => {
    await seed(one);
    await curate();
    const before = await pictureOf(database.owner);
    const broken = await place.zip(filesOf({ [ordersFile]: ['a,b'] }));
    await expect(seed(broken, { replace: true })).rejects.toMatchObject({ code: 'olist_bad_csv' });
    expect(await pictureOf(database.owner)).toEqual(before);
    expect(await count('curated.fact_orders')).toBe(1);
  });

  it('adds to rows that no seed brought', async () => {
    await run(
      `insert into shop.products (product_id, name, category, price) values (gen_random_uuid(), 'a', 'b', 1)`,
    );
    expect(await seed(one)).toMatchObject({ changed: true, rows: { products: 3, orders: 3 } });
    expect(await count('shop.products')).toBe(4);
    expect(await seed(one)).toMatchObject({ changed: false });
  });
});

describe('rows that events changed or added since', () => {
  it('stay as they are', async () => {
    await seed(one);
    await run(`
      update shop.orders set status = 'delivered';
      update shop.products set price = 99;
      insert into shop.orders
        select gen_random_uuid(), product_id, customer_id, 1, 5, now(), 'created' from shop.orders limit 1;
      delete from shop.orders where quantity = 2`);
    expect(await seed(one)).toMatchObject({ changed: true, rows: { orders: 3 } });
    expect(
      await rowsOf(
        database.owner,
        'select status, count(*)::integer as n from shop.orders group by 1 order by 1',
      ),
    ).toEqual([
      { status: 'created', n: 1 },
      { status: 'delivered', n: 2 },
      { status: 'shipped', n: 1 },
    ]);
    expect(await rowsOf(database.owner, 'select distinct price from shop.products')).toEqual([
      { price: '99.00' },
    ]);
  });
});

describe('the zone of the business day', () => {
  it('is booked, and decides which days are marked', async () => {
    await seed(one, { timezone: 'Asia/Tokyo' });
    expect(await rowsOf(database.owner, `select value from ops.settings where name = 'timezone'`)).toEqual([
      { value: 'Asia/Tokyo' },
    ]);
    const days = await rowsOf<{ day: string }>(
      database.owner,
      'select order_date::text as day from ops.changed_days order by 1',
    );
    expect(days.map(({ day }) => day)).toEqual(['2018-05-01', '2018-05-03']);
  });

  it('may not change once days are marked or curated, except with --replace', async () => {
    await seed(one);
    await run('delete from shop.orders');
    const before = await pictureOf(database.owner);
    await expect(seed(one, { timezone: 'UTC' })).rejects.toMatchObject({
      code: 'timezone_changed',
      message: expect.stringMatching(/days of America\/Sao_Paulo, but SHOP_TIMEZONE is UTC/),
    });
    expect(await pictureOf(database.owner)).toEqual(before);
    expect(await seed(one, { timezone: 'UTC', replace: true })).toMatchObject({ changed: true });
    expect(await rowsOf(database.owner, `select value from ops.settings where name = 'timezone'`)).toEqual([
      { value: 'UTC' },
    ]);
  });
});

describe('the fast path', () => {
  it('puts back every key, check, index and comment, also those that a later migration made', async () => {
    await run(`
      create index orders_status_idx on shop.orders (status, lower(status)) include (price) where quantity > 1;
      create unique index customers_email_key on shop.customers (email);
      alter table shop.orders add constraint orders_cheap check (price < 1e9) not valid;
      alter table shop.products add constraint "Odd name" unique (name, product_id) deferrable initially deferred;
      comment on constraint "Odd name" on shop.products is 'it''s odd';
      comment on index shop.orders_status_idx is 'partial';
      create table ops.notes (customer_id uuid references shop.customers on delete cascade)`);
    const before = await definitionsOf(database.owner);
    const incoming = () =>
      rowsOf(
        database.owner,
        `select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ops.notes'::regclass`,
      );
    const notes = await incoming();
    await seed(one);
    expect(await definitionsOf(database.owner)).toEqual(before);
    expect(await incoming()).toEqual(notes);
    await expect(run(`update shop.orders set quantity = 0`)).rejects.toMatchObject({ code: '23514' });
    await expect(run(`delete from shop.products`)).rejects.toMatchObject({ code: '23503' });
  });

  it('says so when the database is not migrated', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      await expect(
        seedOlist({ owner: empty.owner, timezone: 'UTC', progress: silent }, { path: one }),
      ).rejects.toMatchObject({ code: 'not_migrated', suggestion: 'shop-pipe migrate up' });
    } finally {
      await empty.drop();
    }
  });
});
