import type pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connect, withClient } from '../../../src/postgres/connection.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { migrationStatus } from '../../../src/postgres/migrations/status.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
let holder: pg.Client;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
  await folder.write('0001_a.sql', 'create table a ();');
  await migrateUp(folder.context);
  holder = await connect(db.owner, { name: 'nightly report' });
  await holder.query('begin');
  await holder.query('lock table a in access share mode');
});
afterEach(async () => {
  await holder.end();
  await folder.remove();
  await db.drop();
});

const within = { timeout: 20_000, interval: 20 };
const query = (sql: string) => withClient(db.owner, async (client) => (await client.query(sql)).rows);
const pauses = () => folder.notes.filter((note) => note.includes('tries again'));

it('rolls the whole file back, says who is in the way, and tries again until it gets the lock', async () => {
  await folder.write('0002_b.sql', 'create table b ();\nalter table a add column n int;');
  const run = migrateUp(folder.context, { lockTimeoutMs: 300, lockRetries: 10 });
  await vi.waitFor(() => expect(pauses()).toHaveLength(1), within);
  expect(pauses()[0]).toMatch(
    /^0002_b\.sql line 4: shop-pipe nightly report, pid \d+ holds the lock; undone, tries again in [01]\.\d s \(1 of 10\)$/,
  );
  expect(await query("select to_regclass('b') as b")).toEqual([{ b: null }]);
  await holder.query('commit');
  expect(await run).toMatchObject({ current: '0002' });
});

it('gives up after so many times, in pauses that grow', async () => {
  await folder.write('0002_b.sql', 'alter table a add column n int;');
  await expect(migrateUp(folder.context, { lockTimeoutMs: 600, lockRetries: 2 })).rejects.toMatchObject({
    code: 'migration_blocked',
    message: expect.stringMatching(/nightly report, pid \d+ \(tried 3 times\); nothing of it was applied$/),
  });
  const seconds = pauses().map((note) => Number(/in ([\d.]+) s/.exec(note)?.[1]));
  expect(seconds).toEqual([expect.closeTo(0.75, 0), expect.any(Number)]);
  expect(seconds[1]).toBeGreaterThanOrEqual(1);
});

it('tries a single statement again where there is no transaction, and goes on from there', async () => {
  await folder.write(
    '0002_b.sql',
    'create table if not exists b ();\nalter table a add column if not exists n int;',
    undefined,
    ' transaction:false',
  );
  const run = migrateUp(folder.context, { lockTimeoutMs: 300, lockRetries: 10 });
  await vi.waitFor(() => expect(pauses()).toHaveLength(1), within);
  expect(pauses()[0]).not.toContain('undone');
  expect(await query('select state, statements_done from shop_pipe_migrations where version = 2')).toEqual([
    { state: 'applying', statements_done: 1 },
  ]);
  await holder.query('commit');
  expect(await run).toMatchObject({ current: '0002' });
});

it('an interrupt ends the pause at once', async () => {
  await folder.write('0002_b.sql', 'alter table a add column n int;');
  const controller = new AbortController();
  const run = migrateUp(
    { ...folder.context, signal: controller.signal },
    { lockTimeoutMs: 50, lockRetries: 100 },
  ).catch((error: unknown) => error);
  // The fourth pause is one of four seconds at least.
  await vi.waitFor(() => expect(pauses()).toHaveLength(4), within);
  const aborted = performance.now();
  controller.abort();
  expect(await run).toMatchObject({
    kind: 'interrupted',
    message: 'interrupted: 0002_b.sql line 3: nothing of it was applied',
  });
  expect(performance.now() - aborted).toBeLessThan(2000);
  expect((await migrationStatus(folder.context)).migrations[1]?.state).toBe('pending');
});
