import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, dayStart } from '../../src/airflow/business-day.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it.each(['America/Sao_Paulo', 'UTC', 'Asia/Tokyo', 'America/Havana', 'Pacific/Apia', 'America/St_Johns'])(
  'begins every day from 2011 to 2019 in %s where ops.day_start does',
  async (zone) => {
    const { rows } = await withClient(database.owner, (client) =>
      client.query<{ day: string; start: string }>(
        `select day::date::text as day, extract(epoch from ops.day_start(day::date, $1)) * 1000 as start
        from generate_series('2011-01-01'::date, '2019-12-31', '1 day') as day`,
        [zone],
      ),
    );
    expect(rows).toHaveLength(3287);
    const wrong = rows.filter(({ day, start }) => dayStart(day, zone) !== Number(start));
    expect(wrong).toEqual([]);
    expect(rows.at(-1)?.day).toBe(addDays('2019-12-30', 1));
  },
);
