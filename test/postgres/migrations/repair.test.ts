import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { type RepairOptions, repairMigrations } from '../../../src/postgres/migrations/repair.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { migrationStatus } from '../../../src/postgres/migrations/status.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

let db: TestDatabase;
let folder: MigrationFolder;
beforeEach(async () => {
  db = await testDatabase({ migrated: false });
  folder = await migrationFolder(db.owner);
  await folder.write('0001_a.sql', 'create table a (n int);', 'drop table a;');
  await folder.write('0002_b.sql', 'create table b ();', 'drop table b;');
  await migrateUp(folder.context);
});
afterEach(async () => {
  await folder.remove();
  await db.drop();
});

const query = (sql: string) => withClient(db.owner, async (client) => (await client.query(sql)).rows);
const repair = (options?: RepairOptions) => repairMigrations(folder.context, options);
const problems = async () => (await repair()).problems.map(({ problem, version }) => `${problem} ${version}`);
const states = async () =>
  (await migrationStatus(folder.context)).migrations.map(({ version, state }) => `${version} ${state}`);

it('finds nothing where nothing is wrong, and changes nothing', async () => {
  expect(await repair()).toEqual({ repaired: [], problems: [] });
  await query('drop table a, b, shop_pipe_migrations');
  expect(await repair()).toEqual({ repaired: [], problems: [] });
  expect(await query("select relname from pg_class where relnamespace = 'public'::regnamespace")).toEqual([]);
});

it('accepts a file whose comment was edited, and keeps a record', async () => {
  const before = (await migrationStatus(folder.context)).migrations[0]?.checksum;
  await folder.write('0001_a.sql', '-- what it counts\ncreate table a (n int);', 'drop table a;');
  expect(await repair()).toEqual({
    repaired: [],
    problems: [
      {
        problem: 'changed',
        version: '0001',
        what: expect.stringMatching(/^0001_a\.sql was changed after it was applied \(\d{4}-.*Z\)$/),
        remedies: [
          'git checkout HEAD -- sql/migrations/0001_a.sql',
          expect.stringContaining('shop-pipe migrate repair --accept-checksum 0001'),
        ],
      },
    ],
  });
  expect(await states()).toEqual(['0001 changed', '0002 applied']);
  expect(await repair({ accept_checksum: ['1'] })).toEqual({
    repaired: [{ action: 'accept_checksum', version: '0001', name: 'a' }],
    problems: [],
  });
  const after = (await migrationStatus(folder.context)).migrations[0]?.checksum;
  expect(await states()).toEqual(['0001 applied', '0002 applied']);
  expect(
    await query(
      'select action, version, old_checksum, new_checksum, repaired_by from shop_pipe_migration_repairs',
    ),
  ).toEqual([
    {
      action: 'accept_checksum',
      version: 1,
      old_checksum: before,
      new_checksum: after,
      repaired_by: 'shop_owner',
    },
  ]);
});

it('follows a file that got another name, and one that got another number', async () => {
  await rename(join(folder.directory, '0001_a.sql'), join(folder.directory, '0001_accounts.sql'));
  await rename(join(folder.directory, '0002_b.sql'), join(folder.directory, '0003_b.sql'));
  const found = (await repair()).problems;
  expect(found.map(({ what }) => what)).toEqual([
    '0001_a is 0001_accounts.sql now',
    '0002_b is 0003_b.sql now',
  ]);
  expect(found[1]?.remedies).toEqual(['shop-pipe migrate repair --mark-pending 0002 --mark-applied 0003']);
  const done = await repair({ accept_checksum: ['0001'], mark_pending: ['0002'], mark_applied: ['0003'] });
  expect([done.repaired.length, done.problems]).toEqual([3, []]);
  expect(await migrateUp(folder.context)).toEqual({ applied: [], current: '0003' });
  expect(await query('select name from shop_pipe_migrations order by version')).toEqual([
    { name: 'accounts' },
    { name: 'b' },
  ]);
});

it('forgets one whose file is gone for good', async () => {
  await rm(join(folder.directory, '0002_b.sql'));
  expect(await problems()).toEqual(['missing 0002']);
  await repair({ mark_pending: ['2'] });
  expect(await problems()).toEqual([]);
  expect(await query("select to_regclass('b') is not null as kept")).toEqual([{ kept: true }]);
});

it('knows one that was run by hand out of order', async () => {
  await folder.write('0003_c.sql', 'create table c ();');
  await migrateUp(folder.context);
  await rename(join(folder.directory, '0003_c.sql'), join(folder.directory, '0005_c.sql'));
  await folder.write('0004_d.sql', 'create table d ();');
  await repair({ mark_pending: ['3'], mark_applied: ['5'] });
  expect(await problems()).toEqual(['out_of_order 0004']);
  expect((await repair({ mark_applied: ['4'] })).problems).toEqual([]);
  expect(await query("select to_regclass('d') as d")).toEqual([{ d: null }]);
});

describe('a migration without transaction that stopped half way', () => {
  const up = 'create table if not exists c (n int);\nselect 1 / 0;';
  beforeEach(async () => {
    await folder.write('0003_c.sql', up, 'drop table if exists c;', ' transaction:false');
    await expect(migrateUp(folder.context)).rejects.toThrow('division by zero');
  });

  it('is listed with the ways out, the safest first', async () => {
    const [problem] = (await repair()).problems;
    expect(problem).toMatchObject({
      problem: 'half_run',
      version: '0003',
      what: expect.stringContaining(
        'was applied half way: 1 of its statements were done, then 0003_c.sql line 4',
      ),
    });
    expect(problem?.remedies.map((remedy) => remedy.split(' (')[0])).toEqual([
      'shop-pipe migrate up',
      'shop-pipe migrate down, then shop-pipe migrate up',
      'shop-pipe migrate repair --mark-applied 0003',
      'shop-pipe migrate repair --mark-pending 0003',
    ]);
    await folder.write('0003_c.sql', up.replace('0', '1'), undefined, ' transaction:false');
    const [changed] = (await repair()).problems;
    expect(changed?.remedies).toHaveLength(2);
  });

  it.each([
    ['mark_applied', '0003 applied'],
    ['mark_pending', '0003 pending'],
  ] as const)('%s makes it %s', async (action, state) => {
    expect((await repair({ [action]: ['0003'] })).problems).toEqual([]);
    expect((await states()).at(-1)).toBe(state);
  });
});

it('finds an index that a build left invalid', async () => {
  await query('insert into a values (1), (1)');
  await expect(query('create unique index concurrently "A" on a (n)')).rejects.toThrow();
  expect((await repair()).problems).toEqual([
    {
      problem: 'invalid_index',
      version: null,
      what: 'index public."A" on a is invalid: its build did not end',
      remedies: [
        expect.stringContaining('migrate up'),
        `shop-pipe sql -c 'drop index concurrently public."A"'`,
      ],
    },
  ]);
});

describe('refuses as a whole, and changes nothing:', () => {
  it.each<[RepairOptions, string]>([
    [{ accept_checksum: ['7'] }, 'unknown_version'],
    [{ accept_checksum: ['x'] }, 'unknown_version'],
    [{ mark_pending: ['1'], mark_applied: ['2'] }, 'applied_already'],
    [{ mark_pending: ['1'], accept_checksum: ['3'] }, 'not_applied'],
    [{ mark_pending: ['1', '3'] }, 'not_applied'],
    [{ mark_pending: ['1'], mark_applied: ['0001'] }, 'repaired_twice'],
    [{ mark_pending: ['1'], accept_checksum: ['4'] }, 'no_such_file'],
  ])('%j', async (options, code) => {
    await folder.write('0003_c.sql', 'create table c ();');
    await folder.write('0004_d.sql', 'create table d ();');
    await query(
      "insert into shop_pipe_migrations select 4, 'd', checksum, state, 0, null, 0, now() from shop_pipe_migrations where version = 1",
    );
    await rm(join(folder.directory, '0004_d.sql'));
    await expect(repair(options)).rejects.toMatchObject({ kind: 'usage', code });
    expect(
      (await query('select version from shop_pipe_migrations order by 1')).map(({ version }) => version),
    ).toEqual([1, 2, 4]);
    expect(await query("select to_regclass('shop_pipe_migration_repairs') as t")).toEqual([{ t: null }]);
  });
});
