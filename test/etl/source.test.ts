import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSource } from '../../src/etl/source.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { curateEverything, fillShop } from '../verify/small-shop.ts';

const zone = 'America/Sao_Paulo';
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await withClient(database.owner, fillShop);
});
afterAll(() => database.drop());

const source = (date: string, timezone = zone) => readSource(database.owner, timezone, date);

describe('etl source', () => {
  it('counts a day by its local limits, also one of 23 hours', async () => {
    const { rows } = await withClient(database.owner, (client) =>
      client.query<{ lines: string; orders: string }>(
        `select count(*) as lines, count(distinct order_id) as orders from shop.orders
        where order_timestamp >= '2017-10-15 03:00+00' and order_timestamp < '2017-10-16 02:00+00'`,
      ),
    );
    expect(Number(rows[0]?.lines)).toBeGreaterThan(10);
    expect(await source('2017-10-15')).toEqual({
      date: '2017-10-15',
      source_lines: Number(rows[0]?.lines),
      source_orders: Number(rows[0]?.orders),
      curated_lines: 0,
      curated: false,
    });
  });

  it('knows a day with nothing at all', async () => {
    expect(await source('2012-01-01')).toEqual({
      date: '2012-01-01',
      source_lines: 0,
      source_orders: 0,
      curated_lines: 0,
      curated: false,
    });
  });

  it('tells what is curated, and an empty day from one that was never made', async () => {
    await withClient(database.owner, async (client) => {
      await curateEverything(client);
      await client.query(
        "insert into ops.curated_days values ('2012-01-01', 0, 0, 0, 0, 1); delete from shop.orders where ops.business_day(order_timestamp, 'America/Sao_Paulo') = '2017-10-16'",
      );
    });
    const day = await source('2017-10-15');
    expect([day.curated, day.curated_lines]).toEqual([true, day.source_lines]);
    expect(await source('2012-01-01')).toMatchObject({ curated: true, curated_lines: 0 });
    const emptied = await source('2017-10-16');
    expect([emptied.source_lines, emptied.curated_lines > 0]).toEqual([0, true]);
  });

  it('refuses another zone than that of the curated days, and one that Postgres does not know', async () => {
    await expect(source('2017-10-15', 'UTC')).rejects.toMatchObject({ code: 'timezone_changed' });
    await expect(source('2017-10-15', 'Mars/Olympus')).rejects.toMatchObject({ code: 'unknown_timezone' });
  });

  it('says that the database is not migrated', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      await expect(readSource(empty.owner, zone, '2017-10-15')).rejects.toMatchObject({
        code: 'not_migrated',
      });
    } finally {
      await empty.drop();
    }
  });
});
