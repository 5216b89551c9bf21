import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const allowed = (target: PgTarget, sql: string): Promise<boolean> =>
  withClient(target, async (client) => {
    await client.query('begin');
    return client.query(sql).then(
      () => true,
      (error: { code?: string }) => {
        expect(error.code, sql).toBe('42501'); // insufficient_privilege, nothing else
        return false;
      },
    );
  });

describe('what the roles may do', () => {
  it.each<['etl' | 'bi' | 'stream', string, boolean]>([
    ['bi', 'select revenue from curated.daily_sales', true],
    ['bi', 'select lifetime_value, first_order_at from curated.dim_customers', true],
    ['bi', 'select name from curated.dim_customers', false],
    ['bi', 'select email from curated.dim_customers', false],
    ['bi', 'select * from curated.dim_customers', false],
    ['bi', 'select 1 from shop.customers', false],
    ['bi', 'select 1 from ops.rejects', false],
    ['bi', 'delete from curated.daily_sales', false],
    ['bi', 'create table curated.mine ()', false],
    ['bi', 'create table public.mine ()', false],
    ['etl', 'select email from shop.customers', true],
    ['etl', 'delete from curated.fact_orders', true],
    ['etl', "select curated.ensure_partitions('2020-01-01', '2020-02-01')", true],
    ['etl', 'create unlogged table etl_stage.mine ()', true],
    ['etl', "update shop.orders set status = 'created'", false],
    ['etl', 'delete from shop.customers', false],
    ['etl', 'drop table curated.daily_sales', false],
    ['etl', 'alter table curated.fact_orders add column mine text', false],
    ['etl', 'delete from ops.rejects', false],
    ['stream', 'select 1 from curated.daily_sales', false],
    ['stream', 'delete from shop.orders', true],
    ['stream', 'truncate stream_stage.events', true],
    ['stream', "update shop.customers set name = 'mine'", false],
    ['stream', 'delete from shop.products', false],
    ['stream', 'drop table shop.orders', false],
    ['bi', 'select 1 from live.recent_orders', true],
    ['bi', 'select 1 from shop.orders', false],
    ['bi', 'select held, read, rejected from live.stream_health', true],
    ['bi', 'select latency from live.stream_batches', true],
    ['bi', 'select next_offset from live.stream_offsets', true],
    ['bi', 'select state from live.etl_runs', true],
    ['bi', 'select 1 from ops.streams', false],
    ['bi', 'select 1 from ops.stream_batches', false],
    ['bi', 'select error from ops.etl_runs', false],
  ])('shop_%s: %s: %s', async (role, sql, expected) => {
    expect(await allowed(database[role], sql)).toBe(expected);
  });
});

describe('the business day', () => {
  /** Day, zone, first instant; from the tz database's transitions. */
  it.each([
    ['2018-05-01', 'America/Sao_Paulo', '2018-05-01 03:00:00+00'],
    ['2017-10-15', 'America/Sao_Paulo', '2017-10-15 03:00:00+00'], // its midnight does not exist
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18 03:00:00+00'], // the hour before it came twice
    ['2018-05-01', 'UTC', '2018-05-01 00:00:00+00'],
    ['2018-05-01', 'Asia/Tokyo', '2018-04-30 15:00:00+00'],
    ['2018-05-01', 'Asia/Kolkata', '2018-04-30 18:30:00+00'],
    ['2018-11-04', 'America/Havana', '2018-11-04 04:00:00+00'], // midnight itself came twice: the first
    ['2011-12-31', 'Pacific/Apia', '2011-12-30 10:00:00+00'], // the day before it did not exist
  ])('%s in %s begins at %s', async (day, zone, start) => {
    await withClient(database.owner, async (client) => {
      await client.query("set timezone = 'UTC'");
      const { rows } = await client.query<{ start: string; first: boolean; before: boolean }>(
        `select s::text as start, ops.business_day(s, $2) = $1::date as first, ops.business_day(s - interval '1 second', $2) < $1::date as before
         from ops.day_start($1, $2) as s`,
        [day, zone],
      );
      expect(rows).toEqual([{ start, first: true, before: true }]);
    });
  });

  it('each instant is in exactly the day whose limits hold it, over two years in any zone', async () => {
    await withClient(database.owner, async (client) => {
      for (const zone of [
        'America/Sao_Paulo',
        'UTC',
        'Asia/Tokyo',
        'America/Havana',
        'Australia/Lord_Howe',
        'Asia/Kathmandu',
      ]) {
        const { rows } = await client.query(
          `select count(*) from generate_series(timestamptz '2016-12-25', timestamptz '2018-12-05', interval '3 hours 7 minutes') as t,
             lateral (select ops.business_day(t, $1) as d) as b
           where not (t >= ops.day_start(d, $1) and t < ops.day_start(d + 1, $1))`,
          [zone],
        );
        expect(rows, zone).toEqual([{ count: '0' }]);
      }
    });
  });
});
