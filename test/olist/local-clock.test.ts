import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalClock } from '../../src/olist/local-clock.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

// Every five minutes, and the seconds about them: clocks are set at whole minutes.
const instants = `
  select extract(epoch from instant + second)::float8 as at,
    ops.business_day(instant + second, $1) - date '1970-01-01' as day,
    extract(epoch from ops.business_hour(instant + second, $1))::float8 as hour
  from generate_series(timestamptz '2011-01-01', '2012-01-10', '5 minutes') as instant,
    unnest(array[interval '-1 second', '0 seconds', '59 seconds', '60 seconds']) as second
  order by 1`;

test.each([
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
  'America/Havana',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'UTC',
])('days and hours in %s are those of Postgres', (timezone) =>
  withClient(db.owner, async (client) => {
    const { rows } = await client.query<{ at: number; day: number; hour: number }>(instants, [timezone]);
    const clock = await LocalClock.of(client, timezone, rows[0]?.at ?? 0, rows.at(-1)?.at ?? 0);
    const wrong = rows.filter(({ at, day, hour }) => {
      clock.set(at);
      return clock.day !== day || clock.hour !== hour;
    });
    expect(rows.length).toBeGreaterThan(400_000);
    expect(wrong).toEqual([]);
  }),
);
