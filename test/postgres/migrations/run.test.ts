import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { migrateDown, migrateUp } from '../../../src/postgres/migrations/run.ts';
import { migrationStatus } from '../../../src/postgres/migrations/status.ts';
import { silent } from '../../../src/progress.ts';
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

const query = (sql: string) => withClient(db.owner, async (client) => (await client.query(sql)).rows);
const tables = async (): Promise<string[]> =>
  (
    await query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
    )
  )
    .map(({ relname }) => relname)
    .filter((name) => name !== 'shop_pipe_migrations');
const states = async () =>
  (await migrationStatus(folder.context)).migrations.map(({ version, state }) => `${version} ${state}`);

describe('the migrations of shop-pipe', () => {
  const directory = resolve(import.meta.dirname, '../../../sql/migrations');
  const objects = `
    select n.nspname, c.relname, c.relkind::text, c.relacl::text, obj_description(c.oid) as comment
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('shop', 'curated', 'live', 'ops', 'seed_stage', 'etl_stage')
    union all
    select n.nspname, p.proname, 'function', p.proacl::text, pg_get_functiondef(p.oid)
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('shop', 'curated', 'ops')
    order by 1, 2, 3, 4`;

  it('go up, stay, go down to nothing and up to the same again', async () => {
    const context = { owner: db.owner, directory, progress: silent };
    const first = await migrateUp(context);
    expect(first.applied[0]).toMatchObject({ version: '0001', name: 'schemas' });
    expect(first.current).toBe(first.applied.at(-1)?.version);
    const made = await query(objects);
    expect(made.length).toBeGreaterThan(20);

    expect(await migrateUp(context)).toEqual({ applied: [], current: first.current });
    expect(await migrationStatus(context)).toMatchObject({ up_to_date: true, current: first.current });

    const down = await migrateDown(context, { to: '0' });
    expect(down.reverted.map(({ version }) => version)).toEqual(
      first.applied.map(({ version }) => version).reverse(),
    );
    expect(down.current).toBeNull();
    expect(await query(objects)).toEqual([]);

    expect((await migrateUp(context)).applied).toHaveLength(first.applied.length);
    expect(await query(objects)).toEqual(made);
  });
});

describe('migrateUp', () => {
  it('goes as far as it is told, in order, and no further back', async () => {
    await folder.write('0001_a.sql', 'create table a ();');
    await folder.write('0005_b.sql', 'create table b ();');
    await folder.write('0010_c.sql', 'create table c ();');
    expect(await migrateUp(folder.context, { to: '5' })).toMatchObject({
      current: '0005',
      applied: [{ name: 'a' }, { name: 'b' }],
    });
    expect(await states()).toEqual(['0001 applied', '0005 applied', '0010 pending']);
    expect(await migrateUp(folder.context, { to: '0001' })).toEqual({ current: '0005', applied: [] });
    await expect(migrateUp(folder.context, { to: '7' })).rejects.toMatchObject({
      kind: 'usage',
      code: 'unknown_version',
    });
    expect(await migrateUp(folder.context)).toMatchObject({ current: '0010' });
  });

  it('does nothing to an empty folder', async () => {
    expect(await migrateUp(folder.context)).toEqual({ applied: [], current: null });
    expect(await migrationStatus(folder.context)).toEqual({
      migrations: [],
      current: null,
      up_to_date: true,
    });
  });

  it('undoes a file that fails, keeps those before it and names the line', async () => {
    await folder.write('0001_a.sql', 'create table a ();');
    await folder.write(
      '0002_b.sql',
      "create table b (n text);\n\ninsert into b\nvalues (1),\n  ('é𝄞'), (no_such);",
    );
    await expect(migrateUp(folder.context)).rejects.toMatchObject({
      kind: 'data',
      code: 'migration_failed',
      message: '0002_b.sql line 7: column "no_such" does not exist (42703); nothing of it was applied',
    });
    expect(await tables()).toEqual(['a']);
    expect(await states()).toEqual(['0001 applied', '0002 pending']);
    await folder.write('0002_b.sql', 'create table b ();');
    expect(await migrateUp(folder.context)).toMatchObject({ applied: [{ version: '0002' }] });
  });

  it('keeps values out of what it says', async () => {
    await folder.write(
      '0001_a.sql',
      "create table a (email text unique);\ninsert into a values ('ana@example.com');\ninsert into a values ('ana@example.com');",
    );
    const error: unknown = await migrateUp(folder.context).catch((e: unknown) => e);
    expect(error).toMatchObject({
      message: expect.stringContaining('0001_a.sql line 5: duplicate key value'),
      suggestion: 'mend the rows, or the file, and run shop-pipe migrate up again',
    });
    expect((error as Error).message).not.toContain('ana@');
  });

  it('undoes a file whose commit fails', async () => {
    await folder.write(
      '0001_a.sql',
      'create table a (n int primary key);\ncreate table b (n int references a deferrable initially deferred);\ninsert into b values (1);',
    );
    await expect(migrateUp(folder.context)).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(/^0001_a\.sql: insert or update .* violates foreign key/),
    });
    expect(await tables()).toEqual([]);
  });

  it('lets no setting of a file leak into the next', async () => {
    await folder.write(
      '0001_a.sql',
      "create schema other; set search_path = other; set role shop_owner; select set_config('statement_timeout', '1', false);",
    );
    await folder.write('0002_b.sql', 'select pg_sleep(0.01); create table b ();');
    await migrateUp(folder.context);
    expect(await tables()).toEqual(['b']);
  });

  it('says which right is missing', async () => {
    await expect(migrateUp({ ...folder.context, owner: db.bi })).rejects.toMatchObject({
      kind: 'environment',
      code: 'migrate_not_permitted',
      message: expect.stringContaining('role shop_bi may not create tables in schema public'),
    });
  });
});

describe('files and database that contradict each other', () => {
  beforeEach(async () => {
    await folder.write('0001_a.sql', 'create table a ();', 'drop table a;');
    await folder.write('0003_c.sql', 'create table c ();', 'drop table c;');
    await migrateUp(folder.context);
  });

  it('a file that was changed stops everything before anything runs', async () => {
    await folder.write('0001_a.sql', 'create table a (n int);', 'drop table a;');
    await folder.write('0004_d.sql', 'create table d ();');
    const refusal = {
      kind: 'data',
      code: 'migration_changed',
      message: expect.stringContaining('0001_a.sql was changed after it was applied'),
    };
    await expect(migrateUp(folder.context)).rejects.toMatchObject(refusal);
    await expect(migrateDown(folder.context)).rejects.toMatchObject(refusal);
    expect(await tables()).toEqual(['a', 'c']);
    expect(await states()).toEqual(['0001 changed', '0003 applied', '0004 pending']);
  });

  it('a file that is gone', async () => {
    await rm(join(folder.directory, '0003_c.sql'));
    const refusal = { code: 'migration_missing', message: expect.stringContaining('0003_c applied') };
    await expect(migrateUp(folder.context)).rejects.toMatchObject(refusal);
    await expect(migrateDown(folder.context)).rejects.toMatchObject(refusal);
    expect(await states()).toEqual(['0001 applied', '0003 missing']);
  });

  it('a new file below the newest applied one', async () => {
    await folder.write('0002_b.sql', 'create table b ();');
    await expect(migrateUp(folder.context)).rejects.toMatchObject({
      code: 'migration_out_of_order',
      message: '0002_b.sql is not applied, but the later 0003_c.sql is',
    });
    expect(await states()).toEqual(['0001 applied', '0002 out_of_order', '0003 applied']);
    await migrateDown(folder.context);
    expect(await migrateUp(folder.context)).toMatchObject({
      current: '0003',
      applied: [{ name: 'b' }, { name: 'c' }],
    });
  });

  it('a malformed file leaves the database alone', async () => {
    await writeFile(join(folder.directory, '0002_b.sql'), 'select 1;');
    await expect(migrateUp(folder.context)).rejects.toMatchObject({ code: 'migration_malformed' });
  });
});

describe('migrateDown', () => {
  it('undoes one, several, or down to a version', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      await folder.write(
        `000${'abcd'.indexOf(name) + 1}_${name}.sql`,
        `create table ${name} ();`,
        `drop table ${name};`,
      );
    }
    await migrateUp(folder.context);
    expect(await migrateDown(folder.context)).toMatchObject({
      reverted: [{ version: '0004' }],
      current: '0003',
    });
    expect(await migrateDown(folder.context, { steps: 2 })).toMatchObject({
      reverted: [{ name: 'c' }, { name: 'b' }],
      current: '0001',
    });
    expect(await tables()).toEqual(['a']);
    await migrateUp(folder.context);
    expect(await migrateDown(folder.context, { to: '2' })).toMatchObject({ current: '0002' });
    expect(await migrateDown(folder.context, { to: '0' })).toMatchObject({ current: null });
    expect(await migrateDown(folder.context)).toEqual({ reverted: [], current: null });
    expect(await tables()).toEqual([]);
  });

  it('undoes nothing when one of them cannot be undone', async () => {
    await folder.write('0001_a.sql', 'create table a ();');
    await folder.write('0002_b.sql', 'create table b ();', 'drop table b;');
    await migrateUp(folder.context);
    await expect(migrateDown(folder.context, { steps: 2 })).rejects.toMatchObject({
      code: 'migration_irreversible',
      suggestion: 'shop-pipe migrate down --to 1 goes as far as it can',
    });
    expect(await tables()).toEqual(['a', 'b']);
  });

  it.each([{ steps: 0 }, { steps: 1.5 }, { steps: 1, to: '1' }, { to: 'x' }])(
    'refuses %j',
    async (options) => {
      await expect(migrateDown(folder.context, options)).rejects.toMatchObject({ kind: 'usage' });
    },
  );
});
