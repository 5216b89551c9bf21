import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawCatalogue } from '../../src/events/catalogue.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { generator, read, take } from './sample.ts';

describe('drawing a catalogue', () => {
  let database: TestDatabase;
  const run = (sql: string) => withClient(database.owner, (client) => client.query(sql));
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('says that an empty shop has to be seeded first', async () => {
    const empty = { kind: 'data', code: 'shop_empty', suggestion: expect.stringMatching(/^shop-pipe seed /) };
    await expect(drawCatalogue(database.owner)).rejects.toMatchObject(empty);
    // A product without a price cannot be sold, and one with needs a customer.
    await run(`
      insert into shop.products values
        (md5('unsold')::uuid, 'Unsold', 'toys', null)`);
    await expect(drawCatalogue(database.owner)).rejects.toMatchObject(empty);
    await run(`
      insert into shop.products
      select md5('product' || n)::uuid, 'Product ' || n, 'toys', n / 100.0
      from generate_series(1, 50) as n`);
    await expect(drawCatalogue(database.owner)).rejects.toMatchObject(empty);
  });

  it('gives what events can carry, by id, under limits', async () => {
    await run(`
      insert into shop.customers
      select md5('customer' || n)::uuid, 'Zé "D''Ávila" ' || n, 'ze' || n || '@example.com',
        timestamptz '2018-01-01 00:00:00.123456+00' + n * interval '1 hour'
      from generate_series(1, 12000) as n`);
    await run(`
      insert into shop.customers values
        (md5('long')::uuid, repeat('x', 1001), 'x@example.com', now()),
        (md5('nobody')::uuid, '', 'x@example.com', now()),
        (md5('late')::uuid, 'Late', 'x@example.com', '3000-01-01 12:00:00+00'),
        (md5('ancient')::uuid, 'Ancient', 'x@example.com', '1899-12-31 12:00:00+00')`);
    const catalogue = await drawCatalogue(database.owner);
    expect(catalogue.products).toHaveLength(50);
    expect(catalogue.customers).toHaveLength(12_000);
    const customerIds = catalogue.customers.map((customer): string => JSON.parse(customer).id);
    for (const ids of [customerIds, catalogue.products.map(({ id }) => id)]) {
      expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true);
    }
    for (const event of take(generator({ catalogue }), 3_000)) read(event);

    const some = await drawCatalogue(database.owner, { customers: 10, products: 3 });
    expect(some.customers).toEqual(catalogue.customers.slice(0, 10));
    expect(some.products).toEqual(catalogue.products.slice(0, 3));
  });

  it('has a digest that changes with what is drawn, and with nothing else', async () => {
    const before = await drawCatalogue(database.owner);
    expect(await drawCatalogue(database.owner)).toEqual(before);
    await run(`update shop.products set category = 'garden_tools', name = 'Rake'`);
    expect((await drawCatalogue(database.owner)).digest).toBe(before.digest);
    await run(`update shop.products set price = price + 1 where product_id = md5('product7')::uuid`);
    expect((await drawCatalogue(database.owner)).digest).not.toBe(before.digest);
  });
});
