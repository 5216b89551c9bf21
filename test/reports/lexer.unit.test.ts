import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/reports/compile.ts';
import { fragmentsOf } from '../../src/reports/fragments.ts';
import { lex } from '../../src/reports/lexer.ts';

const parameter = fc.constantFrom('from', 'to', 'limit', 'a_1');
const nasty = fc.string({
  unit: fc.constantFrom(
    'a',
    ':from',
    '::',
    "'",
    '"',
    '$',
    '$$',
    '\\',
    '--',
    '[[',
    ']]',
    '/',
    '*',
    '\n',
    ' ',
    'é',
    '😀',
  ),
  maxLength: 12,
});
const opaque = fc.oneof(
  nasty.map((text) => `'${text.replaceAll("'", "''")}'`),
  nasty.map((text) => `e'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
  nasty.map((text) => `"${text.replaceAll('"', '""')}"`),
  nasty.map((text) => `-- ${text.replaceAll('\n', ' ')}\n`),
  nasty.map(
    (text) =>
      `/* ${text
        .replaceAll('*/', '')
        .replaceAll('/*', '')
        .replace(/[*/]+$/, '')} */`,
  ),
  nasty.map((text) => `$tag$${text}$tag$`),
  fc.constantFrom('$$ :from [[ $$', '/* a /* :from */ ]] */'),
);
const code = fc.constantFrom(
  'select',
  '1',
  'now()::date',
  "'2018-01-01'::date",
  'x::text[]',
  'a[1]',
  'f(x := 1)',
  'a.b',
  '<=',
  'n$1',
  "'a'::text",
);
const piece = fc.oneof(
  opaque.map((text) => ({ text, parameter: null as string | null })),
  code.map((text) => ({ text, parameter: null as string | null })),
  parameter.map((name) => ({ text: `:${name}`, parameter: name as string | null })),
);

describe('properties of the lexer', () => {
  test('the lexemes put together are the text', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const sql = pieces.map(({ text }) => text).join(' ');
        expect(
          lex(sql)
            .map((lexeme) => lexeme.text)
            .join(''),
        ).toBe(sql);
      }),
    );
  });

  test('only parameters change: literals, casts, quoted names and comments stay', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const sql = pieces.map(({ text }) => text).join(' ');
        const order: string[] = [];
        const expected = pieces
          .map(({ text, parameter: name }) => {
            if (name === null) return text;
            if (!order.includes(name)) order.push(name);
            return `$${order.indexOf(name) + 1}`;
          })
          .join(' ');
        const values = new Map(order.map((name) => [name, `value of ${name}`]));
        expect(compile(fragmentsOf(sql).fragments, values)).toEqual({
          text: expected,
          values: order.map((name) => `value of ${name}`),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('a clause is kept or dropped as a whole', () => {
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(piece),
        parameter,
        fc.boolean(),
        (before, inside, name, given) => {
          const outside = before
            .filter((p) => p.parameter === null)
            .map((p) => p.text)
            .join(' ');
          const clause = `${inside.map((p) => p.text).join(' ')} :${name} `;
          const names = ['from', 'to', 'limit', 'a_1'].filter((known) => known !== name || given);
          const { text } = compile(
            fragmentsOf(`${outside} [[${clause}]] end`).fragments,
            new Map(names.map((known) => [known, 'x'])),
          );
          if (given) expect(text).not.toBe(`${outside}  end`);
          else expect(text).toBe(`${outside}  end`);
        },
      ),
    );
  });

  test('any text is cut, or refused with the place', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (sql) => {
        try {
          expect(
            lex(sql)
              .map((lexeme) => lexeme.text)
              .join(''),
          ).toBe(sql);
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringMatching(/does not end$/) });
        }
      }),
    );
  });
});

test.each([
  ["'it''s :from'", []],
  ["e'\\':from'", []],
  ['"a "":from"', []],
  ['$body$ :from $body$', []],
  ['/* /* :from */ :to */ :limit', ['limit']],
  ['x::date', []],
  ['f(a := :from)', ['from']],
  [':from::date', ['from']],
  ['-- :from\n:to', ['to']],
])('parameters of %s', (sql, names) => {
  const found = lex(sql).filter((lexeme) => lexeme.kind === 'parameter');
  expect(found.map((lexeme) => lexeme.text.slice(1))).toEqual(names);
});
