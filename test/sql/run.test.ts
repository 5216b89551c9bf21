import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cancelOnAbort } from '../../src/postgres/cancel.ts';
import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import type { SqlFailure } from '../../src/sql/failure.ts';
import { DocumentSink, type SqlResult } from '../../src/sql/result-document.ts';
import { runStatements } from '../../src/sql/run.ts';
import { inSqlSession } from '../../src/sql/session.ts';
import { sourceOf } from '../../src/sql/source.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const notices: string[] = [];
async function sql(
  text: string,
  { maxRows = null, as, signal }: { maxRows?: number | null; as?: PgTarget; signal?: AbortSignal } = {},
): Promise<SqlResult[]> {
  const target = as ?? db.owner;
  notices.length = 0;
  return await inSqlSession(
    target,
    (text) => void notices.push(text),
    ({ client }) =>
      cancelOnAbort(target, client, signal, async () => {
        const sink = new DocumentSink();
        await runStatements(client, sourceOf('x.sql', Buffer.from(text)), sink, { maxRows, signal });
        return await sink.results(client);
      }),
  );
}
const failure = (text: string, as?: PgTarget): Promise<SqlFailure> =>
  sql(text, as ? { as } : {}).then(
    () => expect.fail('it did not fail'),
    (error: SqlFailure) => error,
  );

describe('runStatements', () => {
  it('gives every value as exactly as JSON can hold it', async () => {
    const [result] = await sql(`select
      1::int2 as a, -2147483648 as a, 9223372036854775807 as big, 0.1::float8 as f, 'NaN'::float8 as nan,
      12345678901234567890.123456789 as n, 1.10::numeric(12, 2) as money, true as yes, null as nothing, '' as empty,
      '{"n": 12345678901234567890}'::jsonb as j, '2018-05-01 03:00:00+00'::timestamptz at time zone 'UTC' as t,
      array[1, 2] as l, '\\x00ff'::bytea as b, 'é𝄞' as text`);
    expect(result?.rows).toEqual([
      [
        1,
        -2147483648,
        '9223372036854775807',
        0.1,
        'NaN',
        '12345678901234567890.123456789',
        '1.10',
        true,
        null,
        '',
        '{"n": 12345678901234567890}',
        '2018-05-01 03:00:00',
        '{1,2}',
        '\\x00ff',
        'é𝄞',
      ],
    ]);
    expect(result?.columns?.slice(0, 3)).toEqual([
      { name: 'a', type: 'smallint' },
      { name: 'a', type: 'integer' },
      { name: 'big', type: 'bigint' },
    ]);
  });

  it('runs one statement after the other, with what they say', async () => {
    const results = await sql(
      'create temp table t (n int);\ninsert into t select generate_series(1, 3);\nupdate t set n = n returning n;;\nselect from t;\nselect n from t where false',
    );
    expect(results.map(({ line, tag, rows }) => [line, tag, rows.length])).toEqual([
      [1, 'CREATE TABLE', 0],
      [2, 'INSERT 0 3', 0],
      [3, 'UPDATE 3', 3],
      [4, 'SELECT 3', 3],
      [5, 'SELECT 0', 0],
    ]);
    expect(results.map(({ columns }) => columns?.length)).toEqual([undefined, undefined, 1, 0, 1]);
  });

  it('commits each by itself, so that those without a transaction work too', async () => {
    await sql(
      'create table public.kept (n int);\ncreate index concurrently kept_n on public.kept (n);\nvacuum public.kept',
    );
    await failure('insert into public.kept values (1);\nselect 1 / 0;\ninsert into public.kept values (2)');
    expect((await sql('select n from public.kept'))[0]?.rows).toEqual([[1]]);
    await failure('begin;\ninsert into public.kept values (3);\nselect 1 / 0');
    await sql('begin;\ninsert into public.kept values (4)');
    expect(notices).toEqual([
      expect.stringContaining('warning: the transaction that was begun was never committed'),
    ]);
    expect((await sql('select n from public.kept; drop table public.kept'))[0]?.rows).toEqual([[1]]);
  });

  it.each([
    [10, 10, false],
    [9, 9, true],
    [1, 1, true],
    [null, 10, false],
    [1000, 10, false],
  ])('with at most %s rows gives %i of ten', async (maxRows, count, truncated) => {
    const results = await sql('select generate_series(1, 10); select 1', { maxRows });
    expect([results[0]?.rows.length, results[0]?.truncated]).toEqual([count, truncated]);
    expect(results[1]?.rows).toEqual([[1]]);
  });

  it('reads many pages, and no more of them than are wanted', async () => {
    const [all] = await sql('select generate_series(1, 2500)', { maxRows: 3000 });
    expect([all?.rows.length, all?.rows.at(-1), all?.tag]).toEqual([2500, [2500], 'SELECT 2500']);
    const [exact] = await sql('select generate_series(1, 2000)', { maxRows: 2000 });
    expect([exact?.rows.length, exact?.truncated]).toEqual([2000, false]);
    // There is no last row.
    const [first] = await sql(
      'with recursive n as (select 1::bigint as n union all select n + 1 from n) select n from n',
      { maxRows: 1500 },
    );
    expect([first?.rows.length, first?.truncated, first?.tag]).toEqual([1500, true, null]);
  });

  it('does all of a change although not all of its rows are shown', async () => {
    const results = await sql(
      'create temp table t (n int); insert into t select generate_series(1, 50) returning n; select count(*) from t',
      { maxRows: 5 },
    );
    expect([results[1]?.rows.length, results[1]?.truncated, results[2]?.rows]).toEqual([5, true, [['50']]]);
  });

  it('hands on what the server notices', async () => {
    await sql("drop table if exists nowhere; do $$ begin raise warning 'mind %', 1; end $$");
    expect(notices).toEqual(['notice: table "nowhere" does not exist, skipping', 'warning: mind 1']);
  });
});

describe('a statement that fails', () => {
  it('leaves a session in which others go through, at once', async () => {
    await inSqlSession(
      db.owner,
      () => undefined,
      async ({ client }) => {
        const run = async (text: string): Promise<unknown> => {
          const sink = new DocumentSink();
          await runStatements(client, sourceOf('x.sql', Buffer.from(text)), sink, { maxRows: 10 });
          return (await sink.results(client))[0]?.rows;
        };
        for (const wrong of [
          'selec',
          'select 1 / 0',
          'select 1 / (10 - n) from generate_series(1, 20) as n',
        ]) {
          await expect(run(wrong)).rejects.toThrow('x.sql line 1');
          expect(await run('select 7')).toEqual([[7]]);
        }
        // Refused by the commit that comes with the end of the statement.
        await run(
          'create temp table p (n int primary key); create temp table c (n int references p deferrable initially deferred)',
        );
        await expect(run('insert into c values (1)')).rejects.toThrow('violates foreign key');
        expect(await run('select 8')).toEqual([[8]]);
      },
    );
  });

  it.each([
    [
      "select 1;\n\n  select 'é𝄞', no_such from\n  shop.orders",
      'x.sql line 3, column 16: column "no_such" does not exist (42703)',
      "3 |   select 'é𝄞', no_such from\n                   ^",
    ],
    [
      'select 1; selec 2',
      'x.sql line 1, column 11: syntax error at or near "selec" (42601)',
      '1 | select 1; selec 2\n              ^',
    ],
    ['select 1,\n\t2 / 0', 'x.sql line 1, column 1: division by zero (22012)', '1 | select 1,\n    ^'],
    [
      'select\n  *\nfrom nowhere',
      'x.sql line 3, column 6: relation "nowhere" does not exist (42P01)',
      '3 | from nowhere\n         ^',
    ],
    [
      `select '${'x'.repeat(200)}', y`,
      'x.sql line 1, column 212: column "y" does not exist (42703)',
      expect.stringMatching(/^1 \| … x{57}', y\n {66}\^$/),
    ],
  ])('%j says where', async (text, message, excerpt) => {
    const error = await failure(text);
    expect(error).toMatchObject({ kind: 'data', code: 'sql_failed', message });
    expect(error.details[0]).toEqual(excerpt);
  });

  it('tells what Postgres adds', async () => {
    const error = await failure('create temp table t (n int unique); insert into t values (7), (7)');
    expect(error.details[1]).toBe('detail: Key (n)=(7) already exists.');
    expect((await failure('select orderid from shop.orders')).suggestion).toContain('order_id');
  });

  it.each([
    ['bi', 'update curated.daily_sales set orders = 0', 'shop_bi'],
    ['bi', 'select email from curated.dim_customers', 'shop_bi'],
    ['bi', 'create table public.mine ()', 'shop_bi'],
    ['stream', 'drop table shop.orders', 'shop_stream'],
  ] as const)('shop_%s may not: %s', async (role, text, name) => {
    expect(await failure(text, db[role])).toMatchObject({
      kind: 'environment',
      code: 'sql_not_permitted',
      message: expect.stringContaining(`role ${name} may not do this: `),
      suggestion: 'shop-pipe sql --as owner',
    });
  });

  it('by a timeout of its own is no interrupt', async () => {
    const error = await failure("set statement_timeout = '50ms'; select pg_sleep(20)");
    expect(error).toMatchObject({ kind: 'environment', code: 'sql_cancelled' });
  });

  it('by a session that is ended leaves no doubt', async () => {
    const error = await failure('select pg_terminate_backend(pg_backend_pid())');
    expect(error).toMatchObject({ kind: 'environment', code: 'sql_interrupted' });
  });

  it.each(['copy shop.orders to stdout', 'select 1; COPY shop.orders FROM\nSTDIN'])(
    '%j is refused before anything runs',
    async (text) => {
      expect(await failure(text)).toMatchObject({ kind: 'usage', code: 'copy_through_client' });
    },
  );

  it.each([
    ['before its first row', 'select pg_sleep(60)'],
    [
      'between pages',
      'with recursive n as (select 1::bigint as n union all select n + 1 from n) select n from n',
    ],
  ])('by an interrupt %s is cancelled on the server', async (_, text) => {
    const controller = new AbortController();
    // Rows are kept, so not too many of them.
    const run = sql(text, { signal: controller.signal, maxRows: 3_000_000 }).catch((error: unknown) => error);
    const busy = () =>
      withClient(db.superuser, async (client) => {
        const { rows } = await client.query(
          "select from pg_stat_activity where datname = current_database() and application_name = 'shop-pipe sql' and state = 'active'",
        );
        return rows.length;
      });
    await vi.waitFor(async () => expect(await busy()).toBe(1), { timeout: 20_000, interval: 20 });
    controller.abort();
    expect(await run).toMatchObject({
      kind: 'interrupted',
      message: expect.stringContaining('cancelled; what was committed before stays'),
    });
    expect(await busy()).toBe(0);
  });
});
