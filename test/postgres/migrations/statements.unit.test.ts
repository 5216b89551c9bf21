import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlsTransaction, splitStatements } from '../../../src/postgres/migrations/statements.ts';

const texts = (sql: string): string[] => splitStatements(sql, 'x.sql').map(({ text }) => text);

describe('splitStatements', () => {
  it.each<[string, string, string[]]>([
    ['two statements', 'select 1; select 2', ['select 1', 'select 2']],
    ['nothing but comments', '-- a;\n/* b; /* c; */ */ ;;', []],
    ['a semicolon in a string', "select 'a;b''c;'; select 2", ["select 'a;b''c;'", 'select 2']],
    [
      'an escape string',
      String.raw`select E'a\';b', e'\\'; select 2`,
      [String.raw`select E'a\';b', e'\\'`, 'select 2'],
    ],
    ['a backslash in a plain string', String.raw`select '\'; select 2`, [String.raw`select '\'`, 'select 2']],
    ['a name that ends in e before a string', "select type'a;b'; select 2", ["select type'a;b'", 'select 2']],
    ['a quoted name', 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', 'select 2']],
    ['dollar quotes', 'do $$ begin; $x$ end $$; select 2', ['do $$ begin; $x$ end $$', 'select 2']],
    [
      'tagged dollar quotes',
      'select $é_1$ ; $$ ; $é_1$; select 2',
      ['select $é_1$ ; $$ ; $é_1$', 'select 2'],
    ],
    ['a dollar inside a name', 'select a$b$c; select d$b$', ['select a$b$c', 'select d$b$']],
    ['a parameter', 'prepare p as select $1$$;$$; select 2', ['prepare p as select $1$$;$$', 'select 2']],
    [
      'a comment in a statement',
      'select 1 -- ;\n + 1 /* ; */; select 2',
      ['select 1 -- ;\n + 1 /* ; */', 'select 2'],
    ],
    [
      'a rule with a list',
      'create rule r as on insert to t do (select 1; select 2); select 3',
      ['create rule r as on insert to t do (select 1; select 2)', 'select 3'],
    ],
    [
      'begin atomic',
      'create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
      [
        'create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end',
        'select 3',
      ],
    ],
    ['begin outside of a routine', 'begin; select 1; end;', ['begin', 'select 1', 'end']],
  ])('splits %s', (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it('counts lines from the first word of a statement', () => {
    const sql = '\n-- why\nselect 1;\n\n/* a\n b */ select\n2;select 3';
    expect(splitStatements(sql, 'x.sql', 10).map(({ line }) => line)).toEqual([12, 15, 16]);
  });

  it.each([
    ["select 1;\nselect 'abc", 'x.sql line 2: the string that begins here never ends'],
    ["select E'abc\\'", 'x.sql line 1: the string that begins here never ends'],
    ['select "abc', 'x.sql line 1: the quoted name that begins here never ends'],
    ['\n\nselect $a$ abc $b$', 'x.sql line 3: the dollar-quoted string that begins here never ends'],
    ['/* a /* b */', 'x.sql line 1: the comment that begins here never ends'],
  ])('refuses %j', (sql, message) => {
    expect(() => splitStatements(sql, 'x.sql')).toThrow(message);
  });

  it('finds every statement whatever stands between semicolons (property)', () => {
    const inner = fc.string({ unit: fc.constantFrom(';', '-', '/', 'a', ' ', '\n', '(', 'é') });
    const fragment = fc.oneof(
      inner.map((s) => `'${s}'`),
      inner.map((s) => `"${s}"`),
      inner.map((s) => `$t$${s}$t$`),
      inner.map((s) => `E'\\'${s}'`),
      inner.map((s) => `/* ${s.replaceAll('/', '')} */`),
      inner.map((s) => `-- ${s.replaceAll('\n', '')}\n`),
      fc.constantFrom('a', '1', '(b)', ' '),
    );
    const statement = fc.array(fragment, { maxLength: 6 }).map((parts) => `select ${parts.join(' ')}`);
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        expect(texts(statements.join(';\n'))).toEqual(statements.map((s) => s.trimEnd()));
      }),
    );
  });
});

describe('controlsTransaction', () => {
  it.each([
    ['begin', true],
    ['start transaction', true],
    ['commit', true],
    ['END', true],
    ['abort', true],
    ['rollback', true],
    ["prepare transaction 'x'", true],
    ['prepare x as select 1', false],
    ['rollback to savepoint a', false],
    ['rollback work to a', false],
    ['savepoint a', false],
    ['select 1', false],
  ])('%s: %s', (sql, expected) => {
    const [statement] = splitStatements(sql, 'x.sql');
    expect(statement && controlsTransaction(statement)).toBe(expected);
  });
});
