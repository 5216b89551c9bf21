import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OlistFileName, olistFileNames } from '../../src/olist/olist-files.ts';
import { seedOlist } from '../../src/olist/seed.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { rowsOf } from './shop-picture.ts';
import { filesOf, goodRecords, id, type Records, type Scratch, scratch, uuid } from './small-olist.ts';

const customersFile = 'olist_customers_dataset.csv';
const ordersFile = 'olist_orders_dataset.csv';
const itemsFile = 'olist_order_items_dataset.csv';
const productsFile = 'olist_products_dataset.csv';
const translationFile = 'product_category_name_translation.csv';

let database: TestDatabase;
let place: Scratch;

beforeAll(async () => {
  database = await testDatabase();
  place = await scratch();
});
afterAll(async () => {
  await database.drop();
  await place.remove();
});
beforeEach(() =>
  withClient(database.owner, (client) =>
    client.query(
      'truncate shop.customers, shop.products, shop.orders, ops.seeds, ops.rejects, ops.changed_days, ops.settings',
    ),
  ),
);

const seed = async (records: Partial<Records> = {}) =>
  seedOlist(
    { owner: database.owner, timezone: 'America/Sao_Paulo', progress: silent },
    { path: await place.zip(filesOf(records)) },
  );

interface Reject {
  source: OlistFileName;
  position: string;
  reason: string;
  payload: string;
}
const rejects = (): Promise<Reject[]> =>
  rowsOf(
    database.owner,
    `select source, position, reason, convert_from(payload, 'UTF8') as payload from ops.rejects order by reject_id`,
  );

/** The good dataset with records added to one file. */
const plus = (file: OlistFileName, ...records: string[]): Partial<Records> => ({
  [file]: [...goodRecords[file], ...records],
});

describe('the mapping', () => {
  it('makes people, products and order lines out of the files', async () => {
    expect(await seed()).toMatchObject({
      dataset: 'olist',
      changed: true,
      rows: { customers: 2, products: 3, orders: 3 },
      rejected: {},
    });
    expect(
      await rowsOf(
        database.owner,
        `select order_id, product_id, customer_id, quantity, price,
          (order_timestamp at time zone 'UTC')::text as order_timestamp, status
        from shop.orders order by order_id`,
      ),
    ).toEqual(
      [
        [1, 1, 1, 1, '10.00', '2018-05-01 13:00:00', 'delivered'],
        [2, 2, 2, 1, '7.50', '2018-05-03 02:30:00', 'canceled'],
        [3, 1, 1, 2, '12.34', '2018-05-03 03:10:00', 'shipped'],
      ].map(([order, product, customer, quantity, price, order_timestamp, status]) => ({
        order_id: uuid('a', order as number),
        product_id: uuid('b', product as number),
        customer_id: uuid('e', customer as number),
        quantity,
        price,
        order_timestamp,
        status,
      })),
    );
    expect(
      await rowsOf(
        database.owner,
        'select product_id, category, price from shop.products order by product_id',
      ),
    ).toEqual([
      { product_id: uuid('b', 1), category: 'perfumery', price: '12.34' },
      { product_id: uuid('b', 2), category: 'unknown', price: null },
      { product_id: uuid('b', 3), category: 'pc_gamer', price: null },
    ]);
    expect(
      await rowsOf(
        database.owner,
        `select customer_id, (created_at at time zone 'UTC')::text as created_at from shop.customers order by customer_id`,
      ),
    ).toEqual([
      { customer_id: uuid('e', 1), created_at: '2018-05-01 13:00:00' },
      { customer_id: uuid('e', 2), created_at: '2018-05-03 02:30:00' },
    ]);
    const days = await rowsOf<{ day: string }>(
      database.owner,
      'select order_date::text as day from ops.changed_days order by 1',
    );
    expect(days.map(({ day }) => day)).toEqual(['2018-05-01', '2018-05-02', '2018-05-03']);
  });

  it('reads clock times as São Paulo has them: winter, summer, the hour that came twice and the one that never came', async () => {
    const times = [
      '2018-07-01 12:00:00',
      '2018-01-01 12:00:00',
      '2018-02-17 23:30:00',
      '2017-10-15 00:30:00',
    ];
    await seed({
      [ordersFile]: times.map((time, n) => `${id('a', n)},${id('c', 1)},delivered,${time},`),
      [itemsFile]: times.map((_, n) => `${id('a', n)},1,${id('b', 1)},s,1`),
    });
    const found = await rowsOf<{ at: string }>(
      database.owner,
      `select to_char(order_timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at from shop.orders order by order_id`,
    );
    expect(found.map(({ at }) => at)).toEqual([
      '2018-07-01 15:00',
      '2018-01-01 14:00',
      '2018-02-18 02:30',
      '2017-10-15 03:30',
    ]);
  });

  it('makes the same names and addresses of the same ids, in any dataset', async () => {
    const look = () =>
      rowsOf(
        database.owner,
        `select name, email from shop.customers where customer_id = '${uuid('e', 2)}'
        union all select name, null from shop.products where product_id = '${uuid('b', 2)}'`,
      );
    await seed();
    const first = await look();
    expect(first).toHaveLength(2);
    await withClient(database.owner, (client) =>
      client.query('truncate shop.customers, shop.products, shop.orders, ops.seeds'),
    );
    await seed(plus(productsFile, `${id('b', 9)},telefonia,1`));
    expect(await look()).toEqual(first);
  });
});

const item = (order: number, nth: string, product: number, price: string): string =>
  `${id('a', order)},${nth},${id('b', product)},s,${price}`;
const order = (n: number, customer: number, status = 'delivered', time = '2018-05-04 10:00:00'): string =>
  `${id('a', n)},${id('c', customer)},${status},${time},`;

const refused: { what: string; file: OlistFileName; record: string; reason: string }[] = [
  { what: 'an order without items', file: ordersFile, record: order(9, 1), reason: 'order_without_items' },
  {
    what: 'an order id of 31 digits',
    file: ordersFile,
    record: order(9, 1).slice(1),
    reason: 'invalid_order_id',
  },
  {
    what: 'an order id with a letter',
    file: ordersFile,
    record: `x${order(9, 1).slice(1)}`,
    reason: 'invalid_order_id',
  },
  { what: 'no order id', file: ordersFile, record: order(9, 1).slice(32), reason: 'invalid_order_id' },
  {
    what: 'an id in braces and hyphens of 32 characters',
    file: ordersFile,
    record: order(9, 1).replace(id('a', 9), `{${id('a', 9).slice(0, 30)}}`),
    reason: 'invalid_order_id',
  },
  {
    what: 'a customer that no file knows',
    file: ordersFile,
    record: order(9, 77),
    reason: 'unknown_customer',
  },
  {
    what: 'a customer id that is none',
    file: ordersFile,
    record: order(9, 1).replace(id('c', 1), 'c1'),
    reason: 'invalid_customer_id',
  },
  { what: 'an unknown status', file: ordersFile, record: order(9, 1, 'lost'), reason: 'unknown_status' },
  { what: 'no status', file: ordersFile, record: order(9, 1, ''), reason: 'unknown_status' },
  ...[
    '2018-02-30 10:00:00',
    'infinity',
    '1899-12-31 10:00:00',
    '3000-01-01 10:00:00',
    'now',
    '',
    '2018-05-01',
    '2018-05-01 24:00:00',
    '2018-05-01 10:00:60',
    '2018-05-01 10:00:00+03',
    '0000-05-01 10:00:00',
  ].map((time) => ({
    what: `the time '${time}'`,
    file: ordersFile as OlistFileName,
    record: order(9, 1, 'delivered', time),
    reason: 'invalid_timestamp',
  })),
  {
    what: 'the same order again',
    file: ordersFile,
    record: goodRecords[ordersFile][0] as string,
    reason: 'duplicate',
  },
  { what: 'another order of one id', file: ordersFile, record: order(1, 2), reason: 'conflicting_duplicate' },
  { what: 'an item of no order', file: itemsFile, record: item(9, '1', 1, '1.00'), reason: 'unknown_order' },
  {
    what: 'an item of no product',
    file: itemsFile,
    record: item(1, '2', 9, '1.00'),
    reason: 'unknown_product',
  },
  ...['-1.00', '1.001', '1e3', 'NaN', 'Infinity', '', ' 1', '1,5', '10000000000.00', '.5', '5.'].map(
    (price) => ({
      what: `the price '${price}'`,
      file: itemsFile as OlistFileName,
      record: item(1, '2', 2, price.includes(',') ? `"${price}"` : price),
      reason: 'invalid_price',
    }),
  ),
  ...['0', '-1', '', 'one', '12345678901'].map((nth) => ({
    what: `the item number '${nth}'`,
    file: itemsFile as OlistFileName,
    record: item(1, nth, 2, '1.00'),
    reason: 'invalid_order_item_id',
  })),
  { what: 'the same item again', file: itemsFile, record: item(1, '1', 1, '10.00'), reason: 'duplicate' },
  {
    what: 'another item of one number',
    file: itemsFile,
    record: item(1, '1', 2, '5.00'),
    reason: 'conflicting_duplicate',
  },
  {
    what: 'a product id that is none',
    file: productsFile,
    record: 'b9,perfumaria,1',
    reason: 'invalid_product_id',
  },
  { what: 'the same product again', file: productsFile, record: `${id('b', 2)},,40`, reason: 'duplicate' },
  {
    what: 'another product of one id',
    file: productsFile,
    record: `${id('b', 2)},artes,40`,
    reason: 'conflicting_duplicate',
  },
  {
    what: 'a customer without orders',
    file: customersFile,
    record: `${id('c', 9)},${id('e', 9)},x`,
    reason: 'customer_without_orders',
  },
  {
    what: 'a customer id that is none',
    file: customersFile,
    record: `c9,${id('e', 1)},x`,
    reason: 'invalid_customer_id',
  },
  {
    what: 'a person id that is none',
    file: customersFile,
    record: `${id('c', 9)},e9,x`,
    reason: 'invalid_customer_unique_id',
  },
  {
    what: 'the same customer again',
    file: customersFile,
    record: `${id('c', 1)},${id('e', 1)},franca`,
    reason: 'duplicate',
  },
  {
    what: 'another person of one customer',
    file: customersFile,
    record: `${id('c', 1)},${id('e', 2)},x`,
    reason: 'conflicting_duplicate',
  },
  { what: 'a translation of nothing', file: translationFile, record: ',nothing', reason: 'invalid_category' },
  {
    what: 'the same translation again',
    file: translationFile,
    record: 'perfumaria,perfumery',
    reason: 'duplicate',
  },
  {
    what: 'another translation of one category',
    file: translationFile,
    record: 'perfumaria,smell',
    reason: 'conflicting_duplicate',
  },
];

describe('a record that is refused is kept, with its place and its reason', () => {
  it.each(refused)('$what ($reason)', async ({ file, record, reason }) => {
    const result = await seed(plus(file, record));
    expect(result.rejected).toEqual({ [reason]: 1 });
    expect(result.rows).toEqual({ customers: 2, products: 3, orders: 3 });
    const kept = await rejects();
    expect(kept).toMatchObject([
      { source: file, position: `record ${goodRecords[file].length + 1}`, reason },
    ]);
    const payload = JSON.parse(kept[0]?.payload ?? '{}') as Record<string, string | null>;
    const fields = Object.values(payload).map((value) => value ?? '');
    expect(fields.join(',')).toBe(record.replaceAll('"', ''));
  });

  it('takes along what belongs to a refused record', async () => {
    const bad = [...goodRecords[ordersFile]];
    bad[0] = order(1, 1, 'lost', '2018-04-01 10:00:00');
    const result = await seed({ [ordersFile]: bad });
    expect(result.rejected).toEqual({ rejected_order: 1, unknown_status: 1 });
    expect(result.rows).toEqual({ customers: 2, products: 3, orders: 2 });
    const [person] = await rowsOf<{ at: string }>(
      database.owner,
      `select (created_at at time zone 'UTC')::text as at from shop.customers where customer_id = '${uuid('e', 1)}'`,
    );
    expect(person?.at).toBe('2018-04-01 13:00:00');
  });

  it('refuses all lines of a product that has two prices in one order', async () => {
    const result = await seed(plus(itemsFile, item(3, '3', 1, '12.35'), item(3, '4', 2, '1.00')));
    expect(result.rejected).toEqual({ conflicting_price: 3 });
    expect(result.rows.orders).toBe(3);
  });

  it('keeps them once, however often the seed is repeated', async () => {
    const records = plus(ordersFile, order(9, 1), order(9, 77));
    const first = await seed(records);
    const kept = await rejects();
    await withClient(database.owner, (client) => client.query('delete from shop.orders'));
    const second = await seed(records);
    expect(second).toMatchObject({ changed: true, rejected: first.rejected, rows: first.rows });
    expect(await rejects()).toEqual(kept);
  });
});

const digits = fc.integer({ min: 1, max: 4 });
const often = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: rare, weight: 1 });
const anId = (letter: string) =>
  often(
    digits.map((n) => id(letter, n)),
    fc.constantFrom('', 'x', id('f', 1).toUpperCase()),
  );
const joined = (...fields: fc.Arbitrary<string>[]) => fc.tuple(...fields).map((values) => values.join(','));
const some = (record: fc.Arbitrary<string>) => fc.array(record, { maxLength: 12 });
const datasets: fc.Arbitrary<Records> = fc.record({
  [customersFile]: some(joined(anId('c'), anId('e'), fc.constantFrom('x', 'y'))),
  [ordersFile]: some(
    joined(
      anId('a'),
      anId('c'),
      often(fc.constantFrom('delivered', 'canceled'), fc.constant('lost')),
      often(
        fc.constantFrom('2018-05-01 10:00:00', '2018-05-02 10:00:00'),
        fc.constant('2018-02-30 00:00:00'),
      ),
      fc.constant(''),
    ),
  ),
  [itemsFile]: some(
    joined(
      anId('a'),
      fc.integer({ min: 0, max: 9 }).map(String),
      anId('b'),
      fc.constant('s'),
      often(fc.constant('9.99'), fc.constantFrom('8', '-1')),
    ),
  ),
  [productsFile]: some(joined(anId('b'), fc.constantFrom('', 'artes', 'perfumaria'), fc.constant('1'))),
  [translationFile]: some(fc.constantFrom('artes,art', 'perfumaria,perfumery', 'artes,arts', ',x')),
});

describe('no record is lost', () => {
  it('whatever the files hold: each one is in the shop or among the rejects', async () => {
    await fc.assert(
      fc.asyncProperty(datasets, async (records) => {
        await withClient(database.owner, (client) =>
          client.query(
            'truncate shop.customers, shop.products, shop.orders, ops.seeds, ops.rejects, ops.changed_days',
          ),
        );
        const { rows, rejected } = await seed(records);
        const kept = await rejects();
        expect(kept).toHaveLength(Object.values(rejected).reduce((sum, n) => sum + n, 0));
        expect(new Set(kept.map(({ source, position }) => source + position)).size).toBe(kept.length);
        const accepted = (name: OlistFileName): number =>
          records[name].length - kept.filter(({ source }) => source === name).length;
        const [found] = await rowsOf<Record<string, number>>(
          database.owner,
          `select
            (select coalesce(sum(quantity), 0) from shop.orders)::integer as units,
            (select count(distinct order_id) from shop.orders)::integer as orders,
            (select count(*) from shop.orders)::integer as lines,
            (select count(*) from shop.products)::integer as products,
            (select count(*) from shop.customers)::integer as customers`,
        );
        expect(found).toEqual({
          units: accepted(itemsFile),
          orders: accepted(ordersFile),
          lines: rows.orders,
          products: accepted(productsFile),
          customers: rows.customers,
        });
        expect(rows.customers).toBeLessThanOrEqual(accepted(customersFile));
        expect(olistFileNames).toEqual(expect.arrayContaining(kept.map(({ source }) => source)));
      }),
      { numRuns: 25 },
    );
  });
});
