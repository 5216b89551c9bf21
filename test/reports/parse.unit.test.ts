import { describe, expect, test } from 'vitest';
import { findQuestion, listQuestions } from '../../src/reports/catalogue.ts';
import { compile } from '../../src/reports/compile.ts';
import { parseQuestion } from '../../src/reports/parse.ts';

const folder = new URL('../../sql/questions', import.meta.url).pathname;
const header = [
  '-- title: Sales',
  '-- description: What was sold.',
  '-- display: line',
  '-- x: day',
  '-- y: revenue',
  '-- column day: Day | date',
  '-- column revenue: Revenue | R$',
];
const file = (lines: string[], sql: string): string => [...header, ...lines, '', sql].join('\n');

describe('a question', () => {
  test('is read with its columns, parameters and window', () => {
    const question = parseQuestion(
      'sales',
      file(
        [
          '-- parameter from?: date | First day',
          '-- parameter zone: text = America/Sao_Paulo | Time zone; of the shop',
          '-- window: days',
        ],
        'with days as (select 1 as a)\nselect day from days where z = :zone [[and day >= :from]];\n',
      ),
    );
    expect(question).toMatchObject({
      name: 'sales',
      display: 'line',
      x: 'day',
      y: ['revenue'],
      columns: [
        { name: 'day', title: 'Day', format: 'date' },
        { name: 'revenue', title: 'Revenue', format: 'R$' },
      ],
      parameters: [
        { name: 'from', type: 'date', optional: true, default: null, description: 'First day' },
        {
          name: 'zone',
          type: 'text',
          optional: false,
          default: 'America/Sao_Paulo',
          description: 'Time zone; of the shop',
        },
      ],
    });
    expect(compile(question.sql, new Map([['zone', 'UTC']]))).toEqual({
      text: 'with days as (select 1 as a)\nselect day from days where z = $1 ',
      values: ['UTC'],
    });
    expect(compile(question.windowSql ?? [], new Map())).toEqual({
      text: 'with days as (select 1 as a)\nselect window_from::text as window_from, window_to::text as window_to from days',
      values: [],
    });
  });

  test('may have Windows line ends and a byte order mark', () => {
    const text = `\ufeff${file([], 'select 1')}`.replaceAll('\n', '\r\n');
    expect(parseQuestion('sales', text).title).toBe('Sales');
  });

  test.each([
    ['an unknown parameter', [], 'select :from', ':from is used but not declared as a parameter'],
    [
      'an unused parameter',
      ['-- parameter from?: date | Day'],
      'select 1',
      'parameter from is declared but not used',
    ],
    [
      'an optional one outside of clauses',
      ['-- parameter from?: date | Day'],
      'select :from',
      ':from is optional, so it may be used in [[ … ]] only',
    ],
    ['a string without end', [], "select 1,\n  'x", 'sales.sql:10: a string that does not end'],
    ['a comment without end', [], 'select /* /* */', 'sales.sql:9: a comment that does not end'],
    [
      'a clause without end',
      ['-- parameter a?: text | A'],
      'select [[:a',
      'sales.sql:10: a [[ that does not end',
    ],
    ['a clause in a clause', ['-- parameter a?: text | A'], 'select [[[[:a]]]]', 'a [[ inside of [[ … ]]'],
    [
      'a clause without parameter',
      [],
      'select array[[1], [2]]',
      'sales.sql:9: an optional clause without a parameter',
    ],
    ['a stray ]]', [], 'select a[b[1]]', 'a ]] without its [['],
    ['no SQL', [], '', 'no SQL below the header'],
    [
      'a header line of another kind',
      ['-- colour: red'],
      'select 1',
      'sales.sql:8: header line not understood: colour: red',
    ],
    [
      'a parameter of unknown type',
      ['-- parameter a: colour | A'],
      'select :a',
      'sales.sql:8: write: parameter NAME',
    ],
    [
      'an optional parameter with a default',
      ['-- parameter a?: text = x | A'],
      'select 1 [[:a]]',
      'sales.sql:8: write: parameter NAME',
    ],
    [
      'a column of unknown format',
      ['-- column a: A | colour'],
      'select 1',
      'sales.sql:8: write: column NAME',
    ],
    ['a title twice', ['-- title: Again'], 'select 1', 'sales.sql:8: title is declared twice'],
    ['a column twice', ['-- column day: Day | date'], 'select 1', 'column day is declared twice'],
    ['a window that is no plain name', ['-- window: days; drop'], 'select 1', 'window must be a plain name'],
    [
      'a window without common table expressions',
      ['-- window: days'],
      'select 1',
      'window days is no common table expression',
    ],
  ])('with %s is refused', (_, lines, sql, message) => {
    expect(() => parseQuestion('sales', file(lines, sql))).toThrow(
      expect.objectContaining({
        kind: 'data',
        code: 'question_invalid',
        message: expect.stringContaining(message),
      }),
    );
  });

  test('without a title is refused', () => {
    expect(() => parseQuestion('sales', '-- display: table\nselect 1')).toThrow('the header has no title');
  });
});

describe('the catalogue', () => {
  test('holds the questions of the shop, each with an inclusive window of days', async () => {
    const questions = await listQuestions(folder);
    const names = questions.map((question) => question.name);
    expect(names).toEqual([
      'cancellations',
      'categories-today',
      'daily-revenue',
      'orders-per-category',
      'orders-per-hour',
      'recent-orders',
      'revenue-today',
      'sales-week-before',
      'top-products',
      'top-products-today',
    ]);
    expect(questions.filter(({ live }) => live).map(({ name }) => name)).toEqual([
      'cancellations',
      'categories-today',
      'orders-per-hour',
      'recent-orders',
      'revenue-today',
      'top-products-today',
    ]);
    for (const question of questions) {
      expect(question.title.length, question.name).toBeLessThan(50);
      expect(question.description, question.name).toMatch(/\.$/);
    }
  });

  test.each([
    ['daily-revenu', 'shop-pipe report daily-revenue'],
    ['top', 'shop-pipe report top-products'],
    ['../questions/daily-revenue', 'shop-pipe report'],
    ['', 'shop-pipe report'],
  ])('does not know %j and suggests %j', async (name, suggestion) => {
    await expect(findQuestion(folder, name)).rejects.toMatchObject({
      kind: 'usage',
      code: 'question_unknown',
      message: expect.stringContaining('daily-revenue, '),
      suggestion,
    });
  });
});
