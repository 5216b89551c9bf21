import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await run(`
    insert into shop.customers values (gen_random_uuid(), 'Zé', 'ze@example.com', '2018-01-01Z');
    insert into shop.products values (gen_random_uuid(), 'Rake', 'garden_tools', 10);
    insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
    select gen_random_uuid(), product_id, customer_id, 1, 10, '2018-05-01Z', 'created' from shop.products, shop.customers`);
});
afterAll(async () => {
  await db?.drop();
});

const run = (sql: string): Promise<unknown> => withClient(db.owner, (client) => client.query(sql));

describe('the shop does not take', () => {
  it.each([
    ['orders', "price = 'NaN'", 'orders_price_not_negative'],
    ['orders', 'price = -0.01', 'orders_price_not_negative'],
    ['orders', 'quantity = 0', 'orders_quantity_positive'],
    ['orders', "order_timestamp = 'infinity'", 'orders_placed_in_range'],
    ['orders', "order_timestamp = '-infinity'", 'orders_placed_in_range'],
    ['orders', "order_timestamp = '3000-01-02Z'", 'orders_placed_in_range'],
    ['orders', "order_timestamp = '0044-03-15 BC'", 'orders_placed_in_range'],
    ['orders', "status_at = 'infinity'", 'orders_status_in_range'],
    ['orders', "status = 'lost'", 'orders_status_known'],
    ['products', "price = 'NaN'", 'products_price_not_negative'],
    ['products', 'price = -1', 'products_price_not_negative'],
    ['customers', "created_at = 'infinity'", 'customers_created_in_range'],
  ])('%s: %s', async (table, value, constraint) => {
    await expect(run(`update shop.${table} set ${value}`)).rejects.toMatchObject({
      code: '23514',
      constraint,
    });
  });
});

describe('the shop takes', () => {
  it.each([
    ['orders', "order_timestamp = '1900-01-01 00:00:00+14'"],
    ['orders', "order_timestamp = '2999-12-31 23:59:59.999999-12'"],
    ['orders', 'status_at = null'],
    ['orders', 'price = 9999999999.99'],
    ['products', 'price = null'],
  ])('%s: %s', async (table, value) => {
    await run(`update shop.${table} set ${value}`);
  });
});
