import { afterEach, beforeEach, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { migrateDown, migrateUp } from '../../../src/postgres/migrations/run.ts';
import { migrationStatus } from '../../../src/postgres/migrations/status.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
  await folder.write('0001_a.sql', 'create table a (n int);\ninsert into a values (1), (1);');
});
afterEach(async () => {
  await folder.remove();
  await db.drop();
});

const query = (sql: string) => withClient(db.owner, async (client) => (await client.query(sql)).rows);
const undo = 'drop index concurrently if exists a_n; drop table if exists b;';

it('builds an index concurrently', async () => {
  await folder.write(
    '0002_b.sql',
    'create index concurrently a_n on a (n);\ncreate table if not exists b ();',
    undo,
    ' transaction:false',
  );
  expect(await migrateUp(folder.context)).toMatchObject({ current: '0002' });
  expect(await query("select indisvalid from pg_index where indexrelid = 'a_n'::regclass")).toEqual([
    { indisvalid: true },
  ]);
  expect(await migrateDown(folder.context)).toMatchObject({ current: '0001' });
  expect(await query("select to_regclass('a_n') as i, to_regclass('b') as b")).toEqual([
    { i: null, b: null },
  ]);
});

it('shows a section that failed half way, refuses to go on with another text, and takes the way back', async () => {
  const up = 'create table if not exists b ();\ncreate unique index concurrently a_n on a (n);';
  await folder.write('0002_b.sql', up, undo, ' transaction:false');
  await folder.write('0003_c.sql', 'create table c ();');
  await expect(migrateUp(folder.context)).rejects.toMatchObject({
    code: 'migration_failed',
    message: '0002_b.sql line 4: could not create unique index "a_n" (23505); it is applied half way',
    suggestion: expect.stringContaining('shop-pipe migrate down'),
  });
  const { migrations, current, up_to_date } = await migrationStatus(folder.context);
  expect(migrations[1]).toMatchObject({
    version: '0002',
    state: 'half_run',
    applied_at: null,
    error: expect.stringContaining('could not create'),
  });
  expect([current, up_to_date]).toEqual(['0002', false]);
  // Mended in the file: it was never applied as a whole, so its checksum doesn't count. But what was done was another text.
  await folder.write('0002_b.sql', up.replace('unique ', ''), undo, ' transaction:false');
  await expect(migrateUp(folder.context)).rejects.toMatchObject({
    code: 'migration_half_run',
    message: expect.stringContaining(
      '0002_b.sql was applied half way: 1 of its statements were done, then 0002_b.sql line 4',
    ),
  });

  expect(await migrateDown(folder.context)).toMatchObject({
    reverted: [{ version: '0002' }],
    current: '0001',
  });
  expect(await migrateUp(folder.context)).toMatchObject({ current: '0003' });
});

it('shows a way back that failed half way', async () => {
  await folder.write(
    '0002_b.sql',
    'create table b ();',
    'drop table if exists b;\nselect 1 / 0;',
    ' transaction:false',
  );
  await migrateUp(folder.context);
  await expect(migrateDown(folder.context)).rejects.toThrow(
    '0002_b.sql line 6: division by zero (22012); it is undone half way',
  );
  await expect(migrateUp(folder.context)).rejects.toThrow('0002_b.sql was undone half way');
});

it('says what to do where there is no way back', async () => {
  const up = 'create table if not exists b ();\nselect 1 / 0;';
  await folder.write('0002_b.sql', up, undefined, ' transaction:false');
  await expect(migrateUp(folder.context)).rejects.toMatchObject({
    message: expect.stringContaining('division by zero'),
    suggestion: expect.stringContaining('shop-pipe migrate repair'),
  });
  await folder.write('0002_b.sql', up.replace('/ 0', '/ 1'), undefined, ' transaction:false');
  await expect(migrateUp(folder.context)).rejects.toMatchObject({
    suggestion: expect.stringContaining('shop-pipe migrate repair --mark-pending 2'),
  });
});
