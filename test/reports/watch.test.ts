import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { parseQuestion } from '../../src/reports/parse.ts';
import { type Look, watchReport } from '../../src/reports/watch.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const question = parseQuestion(
  'hours',
  `-- title: Hours
-- description: Orders of an hour.
-- live: true
-- display: table
-- column orders: Orders | integer
select orders from live.hourly_sales order by order_hour`,
);
const admin = (sql: string) =>
  withClient({ ...database.superuser, database: 'postgres' }, (client) => client.query(sql));
const watching = (signal: AbortSignal, everyMs = 20, target = database.bi): AsyncGenerator<Look, never> =>
  watchReport(target, question, {}, { signal, everyMs });

describe('a watched report', () => {
  it('is asked again, and sees what changed', async () => {
    const { signal } = new AbortController();
    const looks = watching(signal);
    expect((await looks.next()).value).toMatchObject({ result: { rows: [] } });
    await withClient(database.owner, (client) =>
      client.query(`insert into live.hourly_sales (order_hour, orders) values (now(), 7)`),
    );
    expect((await looks.next()).value).toMatchObject({ result: { question: 'hours', rows: [[7]] } });
    await looks.return(undefined as never);
  });

  it('goes on when the database was away, and says so', async () => {
    const { signal } = new AbortController();
    const looks = watching(signal);
    await looks.next();
    await admin(`alter database ${database.owner.database} allow_connections false`);
    await admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database.owner.database}'`,
    );
    try {
      expect((await looks.next()).value.trouble).toMatchObject({ kind: 'environment' });
      expect((await looks.next()).value.trouble).toMatchObject({ kind: 'environment' });
    } finally {
      await admin(`alter database ${database.owner.database} allow_connections true`);
    }
    expect((await looks.next()).value.result?.rows).toEqual([[7]]);
    await looks.return(undefined as never);
  });

  it('fails at once where the first look cannot be had', async () => {
    const { signal } = new AbortController();
    await expect(watching(signal, 20, { ...database.bi, port: 1 }).next()).rejects.toMatchObject({
      code: 'postgres_unreachable',
    });
  });

  it('ends with the signal, also while it waits', async () => {
    const controller = new AbortController();
    const looks = watching(controller.signal, 3_600_000);
    await looks.next();
    const next = looks.next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
