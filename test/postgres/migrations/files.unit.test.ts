import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newMigration } from '../../../src/postgres/migrations/create.ts';
import { parseMigration, readMigrations } from '../../../src/postgres/migrations/files.ts';

const parse = (text: string, file = '0001_first.sql') => parseMigration(file, Buffer.from(text));
const good = '-- Why.\n\n-- migrate:up\ncreate table a ();\n\n-- migrate:down\ndrop table a;\n';

describe('parseMigration', () => {
  it('reads both sections with their lines', () => {
    const file = parse(good);
    expect(file).toMatchObject({ version: 1, label: '0001', name: 'first', file: '0001_first.sql' });
    expect(file.up).toMatchObject({
      transaction: true,
      statements: [{ text: 'create table a ()', line: 4 }],
    });
    expect(file.down).toMatchObject({ transaction: true, statements: [{ text: 'drop table a', line: 7 }] });
  });

  it('opts out of the transaction per section, and may lack a way down', () => {
    const file = parse('-- Why.\n-- migrate:up transaction:false\nselect 1;');
    expect(file.up.transaction).toBe(false);
    expect(file.down).toBeNull();
  });

  it('gives one checksum whatever the line ends and the byte order mark', () => {
    const { checksum } = parse(good);
    expect(parse(good.replaceAll('\n', '\r\n')).checksum).toBe(checksum);
    expect(parse(`\ufeff${good}`).checksum).toBe(checksum);
    expect(parse(`${good} `).checksum).not.toBe(checksum);
  });

  it.each([
    ['', 'is empty'],
    [' \n\n', 'is empty'],
    ['-- migrate:up\nselect 1;', 'line 1: the first line is not a comment'],
    ['select 1;\n-- migrate:up\nselect 1;', 'line 1: the first line is not a comment'],
    ['-- Why.\n', 'needs one -- migrate:up'],
    ['-- Why.\n-- migrate:down\nselect 1;', 'needs one -- migrate:up'],
    ['-- Why.\n-- migrate:down\nselect 1;\n-- migrate:up\nselect 1;', 'needs one -- migrate:up'],
    ['-- Why.\n-- migrate:up\nselect 1;\n-- migrate:up\nselect 1;', 'needs one -- migrate:up'],
    ['-- Why.\n-- migrate:upp\nselect 1;', 'line 2: cannot read `-- migrate:upp`'],
    ['-- Why.\n-- migrate:up transaction=false\nselect 1;', 'line 2: cannot read'],
    ['-- Why.\n-- migrate:up\n-- nothing\n', 'line 2: no statement follows -- migrate:up'],
    ['-- Why.\n-- migrate:up\nselect 1;\n-- migrate:down\n', 'line 4: no statement follows -- migrate:down'],
    ['-- Why.\nselect 1;\n-- migrate:up\nselect 1;', 'line 2: a statement stands before'],
    ['-- Why.\n-- migrate:up\nselect 1;\ncommit;', "line 4: `commit` would end the migration's transaction"],
    [
      '-- Why.\n-- migrate:up\ncreate index concurrently i on a (n);',
      'line 3: `create index concurrently i` cannot run in a transaction',
    ],
    ['-- Why.\n-- migrate:up\nvacuum a;', 'line 3: `vacuum a` cannot run in a transaction'],
    [
      '-- Why.\n-- migrate:up transaction:false\ncreate index concurrently on a (n);',
      'line 3: the index has no name',
    ],
    [
      '-- Why.\n-- migrate:up transaction:false\ncreate index concurrently i on a (n);\n\nupdate a set n = 1;',
      'line 5: `update a set n` could not be run again',
    ],
    [
      '-- Why.\n-- migrate:up transaction:false\nselect 1;\nalter table if exists a add column m int;',
      'line 4: `alter table if exists` could not be run again',
    ],
    ["-- Why.\n-- migrate:up\nselect 'a", 'line 3: the string that begins here never ends'],
    ['-- Why.\n-- migrate:up\nselect \0 1', 'has a NUL byte'],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'migration_malformed', kind: 'data' }));
  });

  it.each([
    'update a set n = 1;',
    'create index concurrently "I x" on only "S".a (n);\ndrop index concurrently if exists j;\nanalyze a;',
    'create table if not exists b ();\nalter table b add column if not exists n int;\nreindex table concurrently a;',
    'set lock_timeout = 0;\nalter table curated.a detach partition p concurrently;\ncall backfill();',
  ])('lets %j stand without a transaction', (sql) => {
    expect(parse(`-- Why.\n-- migrate:up transaction:false\n${sql}`).up.transaction).toBe(false);
  });

  it('refuses what is not UTF-8', () => {
    expect(() => parseMigration('0001_a.sql', Buffer.from([0x2d, 0x2d, 0xff]))).toThrow(
      '0001_a.sql is not UTF-8',
    );
  });

  it.each(['1_a.sql', '0000_a.sql', '0001-a.sql', '0001_A.sql', '0001_.sql', 'a.sql', '9999999999_a.sql'])(
    'refuses the name %s',
    (name) => {
      expect(() => parse(good, name)).toThrow(`${name} is not named like a migration`);
    },
  );
});

describe('a folder of migrations', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (name: string): Promise<void> => writeFile(join(folder, name), good);

  it('is read in the order of numbers, with gaps, without what is no SQL', async () => {
    for (const name of ['10000_e.sql', '0003_c.sql', '0001_a.sql', 'README.md', '.0002_b.sql', '0002_b.sql~'])
      await write(name);
    expect((await readMigrations(folder)).map(({ version }) => version)).toEqual([1, 3, 10000]);
  });

  it('refuses one number twice', async () => {
    for (const name of ['0001_a.sql', '0002_b.sql', '00002_c.sql']) await write(name);
    await expect(readMigrations(folder)).rejects.toMatchObject({
      code: 'migration_duplicate',
      suggestion: 'give the newer one the next free number, 0003',
    });
  });

  it('is an error when it is not there', async () => {
    await expect(readMigrations(join(folder, 'none'))).rejects.toMatchObject({
      code: 'no_migrations_folder',
      kind: 'environment',
    });
  });

  it('gets a new file with the next number, to be filled in', async () => {
    expect(basename(await newMigration(folder, 'First thing'))).toBe('0001_first_thing.sql');
    await write('0041_gap.sql');
    expect(basename(await newMigration(folder, 'second-thing'))).toBe('0042_second_thing.sql');
    await expect(readMigrations(folder)).rejects.toThrow(
      '0001_first_thing.sql line 3: no statement follows -- migrate:up',
    );
  });

  it.each(['', '1st', 'a/b', '../a', 'á', 'a'.repeat(61), 'drop;'])('refuses the name %j', async (name) => {
    await expect(newMigration(folder, name)).rejects.toMatchObject({
      code: 'bad_migration_name',
      kind: 'usage',
    });
  });
});
