import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { Sandbox } from '../support/cli.ts';
import { databaseEnv } from '../support/database-env.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const sandbox = new Sandbox();
let db: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  db = await testDatabase();
  env = databaseEnv(db);
  await sandbox.run(['init']);
});
afterAll(async () => {
  await sandbox.remove();
  await db.drop();
});
const sql = (...args: string[]) => sandbox.run(['sql', ...args], env);
const file = (name: string, text: string): string => {
  writeFileSync(join(sandbox.folder, name), text);
  return name;
};

it('draws a table per result and says what other statements did', async () => {
  const path = file(
    'a.sql',
    "create temp table t (n int, s text);\ninsert into t values (1, 'é'), (20, null);\nselect * from t order by n;\nselect 1 as one where false",
  );
  expect(await sql(path)).toEqual({
    code: 0,
    stdout: 'CREATE TABLE\nINSERT 0 2\n n  s\n--  -\n 1  é\n20\n(2 rows)\n\none\n---\n(0 rows)\n\n',
    stderr: '',
  });
});

it('writes CSV and nothing else to stdout, however much it is', async () => {
  const { code, stdout, stderr } = await sql(
    '--format',
    'csv',
    '-c',
    "set datestyle = 'ISO'; select n, repeat('x', 90) as x from generate_series(1, 30000) as n; select null as a, '' as b",
  );
  expect([code, stderr]).toEqual([0, '  SET\n']);
  const lines = stdout.split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['n,x', `1,${'x'.repeat(90)}`]);
  expect(lines.slice(30_000)).toEqual([`30000,${'x'.repeat(90)}`, '', 'a,b', ',""', '']);
});

it('reads stdin, as - and where it is piped', async () => {
  for (const args of [['sql', '-'], ['sql']]) {
    const { child, finished } = sandbox.spawn(args, env, 'select 7 as seven');
    expect(child.pid).toBeDefined();
    expect(await finished).toMatchObject({ code: 0, stdout: 'seven\n-----\n    7\n(1 row)\n\n' });
  }
  expect(await sql()).toMatchObject({ code: 1, stderr: expect.stringContaining('stdin has no statement') });
});

it('shows where an error is, after what was done before it', async () => {
  const path = file('b.sql', 'select 1 as one;\nselect nothing');
  const { code, stdout, stderr } = await sql(path);
  expect([code, stdout]).toEqual([1, 'one\n---\n  1\n(1 row)\n\n']);
  expect(stderr).toBe(
    '2 | select nothing\n           ^\nerror: b.sql line 2, column 8: column "nothing" does not exist (42703)\n',
  );
});

it('asks as another role, which may do no more than it may', async () => {
  const who = await sql('--as', 'shop_bi', '-c', 'select current_user as who');
  expect(who.stdout).toContain('shop_bi\n');
  const { code, stderr } = await sql('--as', 'shop_bi', '-c', 'delete from curated.daily_sales');
  expect(code).toBe(1);
  expect(stderr).toContain(
    '-c line 1, column 1: role shop_bi may not do this: permission denied for table daily_sales',
  );
  expect(stderr).toContain('try: shop-pipe sql --as owner');
});

it.each([
  ['nowhere.sql', 1, 'cannot read nowhere.sql: there is no such file'],
  ['.', 1, 'cannot read .: it is a folder'],
  ['empty.sql', 1, 'empty.sql has no statement'],
  ['latin.sql', 1, 'latin.sql is not UTF-8'],
  ['empty.sql -c select', 2, 'give a file or -c, not both'],
  ['-c select --as shop_owners', 2, 'there is no role shop_owners'],
  ['-c select --format xml', 2, "option '--format <format>' argument 'xml' is invalid"],
  ['-c select --max-rows -1', 2, '--max-rows -1 is not a whole number'],
])('%s: exit %i', async (line, code, message) => {
  file('empty.sql', '-- nothing\n');
  writeFileSync(join(sandbox.folder, 'latin.sql'), Buffer.from([0x27, 0xe9, 0x27]));
  const called = await sql(...line.split(' '));
  expect(called).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

it('leaves rows out beyond the limit, and says so', async () => {
  const shown = await sql('-c', 'select generate_series(1, 1200) as n');
  expect(shown.stdout.split('\n').slice(-3)).toEqual([
    '(the first 1,000 rows; --max-rows 0 shows all)',
    '',
    '',
  ]);
  const all = await sql('--max-rows', '0', '-c', 'select generate_series(1, 1200) as n');
  expect(all.stdout).toContain('\n(1200 rows)\n'.replace('1200', '1,200'));
});

it('an interrupt cancels the statement on the server', async () => {
  const { child, finished } = sandbox.spawn(['sql', '-c', 'select pg_sleep(120)'], env);
  const busy = () =>
    withClient(db.superuser, async (client) => {
      const { rows } = await client.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'shop-pipe sql' and state = 'active'",
      );
      return rows.length;
    });
  await vi.waitFor(async () => expect(await busy()).toBe(1), { timeout: 20_000, interval: 50 });
  child.kill('SIGINT');
  expect(await finished).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('interrupted: -c line 1, column 1'.replace('interrupted: ', '')),
  });
  expect(await busy()).toBe(0);
});

it('on a terminal is a prompt that an error does not end', async () => {
  const typed = [
    'select 1',
    ' as one;',
    'select nope;',
    'begin;',
    '\\d',
    'rollback; select 2 as two;',
    '\\q',
  ];
  const { code, screen } = await sandbox.onTerminal(['sql', '--as', 'shop_bi'], env, '> ', typed);
  expect(code, screen).toBe(0);
  expect(screen).toMatch(/shop_bi@test_\w+> select 1/);
  for (const text of [
    'one\n---\n  1\n(1 row)',
    'column "nope" does not exist (42703)',
    '*> ',
    'curated.daily_sales',
    'two\n---\n  2\n',
  ])
    expect(screen).toContain(text);
});
