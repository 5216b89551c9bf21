import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect, withClient } from '../../../src/postgres/connection.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { migrationStatus } from '../../../src/postgres/migrations/status.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
});
afterEach(async () => {
  await folder.remove();
  await db.drop();
});

const within = { timeout: 20_000, interval: 50 };
const query = (sql: string) => withClient(db.superuser, async (client) => (await client.query(sql)).rows);
const running = (fragment: string) =>
  query(
    `select pid from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like '%${fragment}%'`,
  );

/** A session that keeps a lock on table a until told otherwise. */
async function lockTableA(): Promise<pg.Client> {
  const other = await connect(db.owner, { name: 'nightly report' });
  await other.query('begin');
  await other.query('lock table a in access share mode');
  return other;
}

it('two at once take turns, even where one builds an index concurrently', async () => {
  await folder.write(
    '0001_a.sql',
    'create table a as select n from generate_series(1, 1000) n; select pg_sleep(0.5);',
  );
  await folder.write(
    '0002_b.sql',
    'select pg_sleep(0.5); create index concurrently a_n on a (n);',
    undefined,
    ' transaction:false',
  );
  const [one, two] = await Promise.all([migrateUp(folder.context), migrateUp(folder.context)]);
  expect([one.applied.length, two.applied.length].sort((a, b) => a - b)).toEqual([0, 2]);
  expect([one.current, two.current]).toEqual(['0002', '0002']);
  expect(folder.notes).toEqual([
    expect.stringMatching(
      /^waiting for another migration: shop-pipe migrate \(pid \d+\) as role shop_owner$/,
    ),
  ]);
});

it('gives up waiting for another run when told so, and names it', async () => {
  await folder.write('0001_a.sql', 'select pg_sleep(30);');
  const controller = new AbortController();
  const first = migrateUp({ ...folder.context, signal: controller.signal }).catch((error: Error) => error);
  await vi.waitFor(async () => expect(await running('pg_sleep')).toHaveLength(1), within);
  await expect(migrateUp(folder.context, { lockWaitMs: 300 })).rejects.toMatchObject({
    kind: 'environment',
    code: 'migrate_locked',
    message: expect.stringMatching(/another migration is running: shop-pipe migrate \(pid \d+\)/),
  });
  controller.abort();
  await first;
});

it('stops waiting for another run on an interrupt', async () => {
  await folder.write('0001_a.sql', 'select pg_sleep(30);');
  const [holder, waiter] = [new AbortController(), new AbortController()];
  const first = migrateUp({ ...folder.context, signal: holder.signal }).catch((error: Error) => error);
  await vi.waitFor(async () => expect(await running('pg_sleep')).toHaveLength(1), within);
  const second = migrateUp({ ...folder.context, signal: waiter.signal }).catch((error: Error) => error);
  await vi.waitFor(() => expect(folder.notes).toHaveLength(1), within);
  waiter.abort();
  expect(await second).toMatchObject({ kind: 'interrupted' });
  holder.abort();
  await first;
});

it('an interrupt cancels the statement and leaves nothing half applied', async () => {
  await folder.write('0001_a.sql', 'create table a ();\nselect pg_sleep(30);');
  const controller = new AbortController();
  const run = migrateUp({ ...folder.context, signal: controller.signal }).catch((error: Error) => error);
  await vi.waitFor(async () => expect(await running('pg_sleep')).toHaveLength(1), within);
  controller.abort();
  expect(await run).toMatchObject({
    kind: 'interrupted',
    message: 'interrupted: 0001_a.sql line 4: nothing of it was applied',
  });
  expect(await running('pg_sleep')).toEqual([]);
  expect(await query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  expect((await migrationStatus(folder.context)).migrations[0]?.state).toBe('pending');
});

it('gives up on a lock after the lock timeout and names who holds it', async () => {
  await folder.write('0001_a.sql', 'create table a ();');
  await migrateUp(folder.context);
  await folder.write('0002_b.sql', 'create table b ();\nalter table a add column n int;');
  const other = await lockTableA();
  await expect(migrateUp(folder.context, { lockTimeoutMs: 1000, lockRetries: 0 })).rejects.toMatchObject({
    kind: 'environment',
    code: 'migration_blocked',
    message: expect.stringMatching(
      /^0002_b\.sql line 4: `alter table a add column` waited too long for a lock held by shop-pipe nightly report, pid \d+; nothing of it was applied$/,
    ),
  });
  expect(folder.notes).toEqual([
    expect.stringMatching(
      /^0002_b\.sql line 4 waits for shop-pipe nightly report, pid \d+, idle in transaction for \d+ s$/,
    ),
  ]);
  await other.end();
  expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
});

it('a concurrent build outwaits older transactions, whatever the lock timeout', async () => {
  await folder.write('0001_a.sql', 'create table a (n int);');
  await migrateUp(folder.context);
  await folder.write(
    '0002_b.sql',
    'create index concurrently a_n on a (n);',
    undefined,
    ' transaction:false',
  );
  const other = await lockTableA();
  await other.query('insert into a values (1)');
  const run = migrateUp(folder.context, { lockTimeoutMs: 100 });
  await vi.waitFor(
    () =>
      expect(folder.notes).toEqual([
        expect.stringContaining('0002_b.sql line 3 waits for shop-pipe nightly report'),
      ]),
    within,
  );
  await other.query('commit');
  expect(await run).toMatchObject({ current: '0002' });
  await other.end();
});

it('a server that ends the session leaves nothing half applied', async () => {
  await folder.write('0001_a.sql', 'create table a ();\nselect pg_sleep(30);');
  const run = migrateUp(folder.context).catch((error: Error) => error);
  await vi.waitFor(async () => expect(await running('pg_sleep')).toHaveLength(1), within);
  await query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'shop-pipe migrate'",
  );
  expect(await run).toMatchObject({
    kind: 'environment',
    code: 'migration_interrupted',
    message: expect.stringContaining('nothing of it was applied'),
  });
  expect(await query("select to_regclass('a') as a")).toEqual([{ a: null }]);
});

it('a killed process leaves no lock, no session and nothing half applied', async () => {
  await folder.write('0001_a.sql', 'create table a ();\nselect pg_sleep(300);', 'drop table a;');
  const bundle = join(folder.directory, 'migrate.cjs');
  await build({
    stdin: {
      contents: `import { migrateUp } from './src/postgres/migrations/run.ts'; import { silent } from './src/progress.ts';
        void migrateUp({ ...JSON.parse(process.env.CONTEXT), progress: silent });`,
      resolveDir: resolve(import.meta.dirname, '../../..'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['pg-native'],
    outfile: bundle,
    logLevel: 'error',
  });
  const child = spawn(process.execPath, [bundle], {
    env: { CONTEXT: JSON.stringify({ owner: db.owner, directory: folder.directory }) },
    stdio: 'inherit',
  });
  await vi.waitFor(async () => expect(await running('pg_sleep')).toHaveLength(1), within);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await vi.waitFor(async () => expect(await running('pg_sleep')).toEqual([]), within);
  expect(await query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  await folder.write('0001_a.sql', 'create table a ();');
  expect(await migrateUp(folder.context, { lockWaitMs: 0 })).toMatchObject({ current: '0001' });
});
