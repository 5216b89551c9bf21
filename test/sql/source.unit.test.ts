import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { csvLines, resultTable } from '../../src/sql/result-text.ts';
import { targetOf } from '../../src/sql/roles.ts';
import { isComplete, readSource, sourceOf } from '../../src/sql/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'sql-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('a source', () => {
  it('is read with its byte order mark and CRLF, as lines that people count', async () => {
    const source = await readSource(file('a.sql', '\ufeff-- why\r\nselect 1;\r\n  select 2'));
    expect(source.statements.map(({ text, line, column }) => [text, line, column])).toEqual([
      ['select 1', 2, 1],
      ['select 2', 3, 3],
    ]);
  });

  it.each<[string, () => string, string, string]>([
    ['a file that is not there', () => join(folder, 'none.sql'), 'no_sql_file', 'there is no such file'],
    ['a folder', () => folder, 'no_sql_file', 'it is a folder'],
    ['an empty file', () => file('empty.sql', ''), 'sql_empty', 'has no statement'],
    ['only comments', () => file('comments.sql', '-- a\n/* b */;'), 'sql_empty', 'has no statement'],
    ['Latin-1', () => file('latin.sql', Buffer.from([0x27, 0xe9, 0x27])), 'sql_malformed', 'is not UTF-8'],
    ['a NUL byte', () => file('nul.sql', 'select \0'), 'sql_malformed', 'has a NUL byte'],
    [
      'an open quote',
      () => file('quote.sql', "select 1;\nselect 'a"),
      'sql_malformed',
      'line 2: the string that begins here never ends',
    ],
  ])('cannot be %s', async (_, path, code, message) => {
    await expect(readSource(path())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it.skipIf(process.getuid?.() === 0)('cannot be what may not be read', async () => {
    const path = file('mine.sql', 'select 1');
    chmodSync(path, 0);
    await expect(readSource(path)).rejects.toMatchObject({
      code: 'no_sql_file',
      message: expect.stringContaining('no permission'),
    });
  });
});

it.each([
  ['select 1;', true],
  ['select 1; -- done', true],
  ['select 1', false],
  ['', false],
  [';', false],
  ["select 'a;", false],
  ['do $$ begin;', false],
  ['create function f() returns int begin atomic select 1;', false],
  ['create function f() returns int begin atomic select 1; end;', true],
])('isComplete(%j) is %s', (text, complete) => {
  expect(isComplete(text)).toBe(complete);
});

it('a role is the owner or one of the roles by its name', () => {
  const role = (user: string) => ({ host: 'h', port: 1, database: 'd', user, password: 'p' });
  const postgres = {
    owner: role('mine'),
    bi: role('shop_bi'),
    etl: role('shop_etl'),
    stream: role('shop_stream'),
    superuser: role('postgres'),
  } as Config['postgres'];
  expect(
    ['owner', 'mine', 'shop_bi', 'shop_etl', 'shop_stream'].map((name) => targetOf(postgres, name).user),
  ).toEqual(['mine', 'mine', 'shop_bi', 'shop_etl', 'shop_stream']);
  for (const name of ['postgres', 'SHOP_BI', '', 'bi'])
    expect(() => targetOf(postgres, name)).toThrow(
      expect.objectContaining({ code: 'unknown_role', kind: 'usage' }),
    );
});

describe('text', () => {
  const columns = [
    { name: 'name', typeId: 25 },
    { name: 'n', typeId: 1700 },
  ];
  const done = { columns, tag: 'SELECT 2', rows: 2, truncated: false, line: 1 };

  it('is a table with figures on the right, a value on one line', () => {
    const rows = [
      ['a\nb\u001b[31m', '1.50'],
      ['日本', '-1000'],
      [null, null],
    ];
    expect(resultTable(columns, rows, done)).toBe(
      ['name          n', '--------  -----', 'a b [31m   1.50', '日本      -1000', '', '(2 rows)'].join('\n'),
    );
  });

  it('says when not all is shown', () => {
    expect(resultTable(columns, [], { ...done, rows: 1000, truncated: true })).toMatch(
      /\(the first 1,000 rows; --max-rows 0 shows all\)$/,
    );
  });

  it('is CSV that tells nothing from an empty text', () => {
    expect(
      csvLines([
        ['a,b', 'c"d'],
        [null, ''],
        ['é', '1\n2'],
      ]),
    ).toBe('"a,b","c""d"\r\n,""\r\né,"1\n2"\r\n');
  });
});

it('sourceOf names what it was given', () => {
  expect(() => sourceOf('-c', Buffer.from(' '))).toThrow('-c has no statement');
});
