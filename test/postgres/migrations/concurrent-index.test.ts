import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, withClient } from '../../../src/postgres/connection.ts';
import { dryRun } from '../../../src/postgres/migrations/dry-run.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
let writer: pg.Client | undefined;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
  await folder.write('0001_a.sql', 'create schema s;\ncreate table s.a (n int);');
  await migrateUp(folder.context);
});
afterEach(async () => {
  await writer?.end();
  writer = undefined;
  await folder.remove();
  await db.drop();
});

const within = { timeout: 20_000, interval: 50 };
const query = (sql: string) => withClient(db.superuser, async (client) => (await client.query(sql)).rows);
const indexes = () =>
  query(
    "select c.relname as name, indisvalid as valid from pg_index join pg_class c on c.oid = indexrelid where indrelid = 's.a'::regclass order by 1",
  );
const write = (sql: string) => folder.write('0002_i.sql', sql, undefined, ' transaction:false');

/** A transaction that a concurrent build has to outwait. */
async function writeTableA(): Promise<void> {
  writer = await connect(db.owner, { name: 'writer' });
  await writer.query('begin');
  await writer.query('insert into s.a values (1)');
}

/** A build that waits for the writer, with its invalid index in the catalog already. */
async function buildThatWaits(signal?: AbortSignal): Promise<{ ended: Promise<unknown> }> {
  await writeTableA();
  const ended = migrateUp({ ...folder.context, signal }).catch((error: unknown) => error);
  await vi.waitFor(async () => expect(await indexes()).toHaveLength(1), within);
  return { ended };
}

describe('an index that was left invalid', () => {
  it('by data that do not fit is dropped and built again once they do', async () => {
    await write('create unique index concurrently a_n on s.a (n);');
    await query('insert into s.a values (1), (1)');
    await expect(migrateUp(folder.context)).rejects.toMatchObject({ code: 'migration_failed' });
    expect(await indexes()).toEqual([{ name: 'a_n', valid: false }]);
    // Still there: said again, and still only one index.
    await expect(migrateUp(folder.context)).rejects.toMatchObject({ code: 'migration_failed' });
    expect(await indexes()).toEqual([{ name: 'a_n', valid: false }]);
    await query('delete from s.a');
    expect(await migrateUp(folder.context)).toMatchObject({ applied: [{ version: '0002' }] });
    expect(await indexes()).toEqual([{ name: 'a_n', valid: true }]);
    expect(folder.notes.at(-1)).toBe(
      '0002_i.sql line 3: drops s.a_n, left invalid by a build that did not end',
    );
  });

  it('is mended by a file that was mended, too', async () => {
    await write('create unique index concurrently "A n" on "s" . "a" (n);');
    await query('insert into s.a values (1), (1)');
    await expect(migrateUp(folder.context)).rejects.toMatchObject({ code: 'migration_failed' });
    await write('create index concurrently if not exists "A n" on "s" . "a" (n);');
    expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
    expect(await indexes()).toEqual([{ name: 'A n', valid: true }]);
  });

  it('by an interrupt, and what was done before is not done again', async () => {
    await write(
      "select set_config('a.b', 'c', false);\ncreate index concurrently if not exists a_n on s.a (n);",
    );
    const controller = new AbortController();
    const { ended } = await buildThatWaits(controller.signal);
    controller.abort();
    expect(await ended).toMatchObject({
      kind: 'interrupted',
      message: 'interrupted: 0002_i.sql line 4: it is applied half way',
    });
    expect(await indexes()).toEqual([{ name: 'a_n', valid: false }]);
    await writer?.query('rollback');
    expect(await dryRun(folder.context, 'up')).toEqual({
      direction: 'up',
      plan: [{ version: '0002', name: 'i', transaction: false, statements: 2, statements_done: 1 }],
      current: '0002',
    });
    expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
    expect(folder.notes).toContain('0002_i.sql stopped half way: goes on after 1 of 2 statements');
    expect(await indexes()).toEqual([{ name: 'a_n', valid: true }]);
  });

  it('by a session that was ended', async () => {
    await write('create index concurrently a_n on s.a (n);');
    const { ended } = await buildThatWaits();
    await query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'shop-pipe migrate'",
    );
    expect(await ended).toMatchObject({ code: 'migration_interrupted' });
    await writer?.query('rollback');
    expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
    expect(await indexes()).toEqual([{ name: 'a_n', valid: true }]);
  });
});

it('an index that was finished when its run was killed is not built again', async () => {
  await write('create index concurrently a_n on s.a (n);');
  await migrateUp(folder.context);
  const [before] = await query("select 's.a_n'::regclass::oid as oid");
  await query(
    "update shop_pipe_migrations set state = 'applying', statements_done = 0, applied_at = null where version = 2",
  );
  expect(await migrateUp(folder.context)).toMatchObject({ applied: [{ version: '0002' }] });
  expect(await query("select 's.a_n'::regclass::oid as oid")).toEqual([before]);
});

it('an index that somebody else is building is left to them', async () => {
  await writeTableA();
  const other = await connect(db.owner, { name: 'by hand' });
  const built = other.query('create index concurrently a_n on s.a (n)');
  try {
    await vi.waitFor(async () => expect(await indexes()).toEqual([{ name: 'a_n', valid: false }]), within);
    await write('create index concurrently if not exists a_n on s.a (n);');
    await expect(migrateUp(folder.context)).rejects.toMatchObject({
      code: 'index_being_built',
      message: expect.stringMatching(/^0002_i\.sql line 3: index s\.a_n is being built by pid \d+$/),
    });
    await writer?.query('commit');
    await built;
  } finally {
    await other.end();
  }
  expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
});
