import { afterEach, beforeEach, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { dryRun } from '../../../src/postgres/migrations/dry-run.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
  await folder.write('0001_a.sql', 'create table a ();\ncreate table b ();', 'drop table a, b;');
  await folder.write('0002_i.sql', 'vacuum;', 'select 1;', ' transaction:false');
});
afterEach(async () => {
  await folder.remove();
  await db.drop();
});

const objects = () =>
  withClient(db.superuser, async (client) => {
    const { rows } = await client.query(
      "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace order by 1",
    );
    return rows;
  });
const first = { version: '0001', name: 'a', transaction: true, statements: 2, statements_done: 0 };
const second = { version: '0002', name: 'i', transaction: false, statements: 1, statements_done: 0 };

it('tells what up would apply to a database without anything, and makes nothing', async () => {
  expect(await dryRun(folder.context, 'up')).toEqual({
    direction: 'up',
    plan: [first, second],
    current: '0002',
  });
  expect(await dryRun(folder.context, 'up', { to: '1' })).toMatchObject({ plan: [first], current: '0001' });
  expect(await dryRun(folder.context, 'down')).toEqual({ direction: 'down', plan: [], current: null });
  expect(await objects()).toEqual([]);
});

it('works for a role that may only read', async () => {
  expect((await dryRun({ ...folder.context, owner: db.bi }, 'up')).plan).toEqual([first, second]);
  await migrateUp(folder.context, { to: '1' });
  const asBi = { ...folder.context, owner: db.bi };
  await expect(dryRun(asBi, 'up')).rejects.toMatchObject({
    kind: 'environment',
    code: 'migrate_not_permitted',
    message: expect.stringContaining('shop_bi may not read public.shop_pipe_migrations'),
    suggestion: expect.stringContaining('grant select'),
  });
  await withClient(db.owner, (client) => client.query('grant select on shop_pipe_migrations to shop_bi'));
  expect((await dryRun(asBi, 'up')).plan).toEqual([second]);
  expect(await dryRun(asBi, 'down')).toMatchObject({ plan: [{ ...first, statements: 1 }], current: null });
});

it('tells what down would undo, newest first, and undoes nothing', async () => {
  await migrateUp(folder.context);
  expect(await dryRun(folder.context, 'up')).toMatchObject({ plan: [], current: '0002' });
  expect(await dryRun(folder.context, 'down', { to: '0' })).toEqual({
    direction: 'down',
    plan: [second, { ...first, statements: 1 }],
    current: null,
  });
  expect(await objects()).toHaveLength(4);
});

it('refuses what the run itself would refuse', async () => {
  await migrateUp(folder.context);
  await folder.write('0001_a.sql', 'create table a (n int);', 'drop table a;');
  await expect(dryRun(folder.context, 'up')).rejects.toMatchObject({ code: 'migration_changed' });
  await expect(dryRun(folder.context, 'down', { to: '9' })).rejects.toMatchObject({ kind: 'usage' });
  await expect(dryRun(folder.context, 'down', { steps: 0 })).rejects.toMatchObject({ kind: 'usage' });
});
