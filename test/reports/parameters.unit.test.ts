import { expect, test } from 'vitest';
import { parameterValues } from '../../src/reports/parameters.ts';
import type { Question } from '../../src/reports/question.ts';

const parameter = (name: string, type: Question['parameters'][0]['type'], rest = {}) => ({
  name,
  type,
  optional: true,
  default: null,
  description: `the ${name}`,
  ...rest,
});
const question: Question = {
  name: 'sales',
  title: 'Sales',
  description: '.',
  display: 'table',
  live: false,
  x: null,
  y: [],
  columns: [],
  parameters: [
    parameter('from', 'date'),
    parameter('to', 'date'),
    parameter('limit', 'count', { optional: false, default: '10' }),
    parameter('share', 'number'),
    parameter('category', 'text'),
    parameter('shop', 'text', { optional: false }),
  ],
  sql: [],
  windowSql: null,
};

test('values are taken as given, defaults filled in, the rest left out', () => {
  const given = { shop: 'a', from: '2018-02-28', to: '2018-02-28', share: -0.5, category: undefined };
  expect(Object.fromEntries(parameterValues(question, given))).toEqual({
    shop: 'a',
    from: '2018-02-28',
    to: '2018-02-28',
    share: '-0.5',
    limit: '10',
  });
});

test.each([
  [
    { from: '2018-02-30' },
    'report_parameter_invalid',
    '--from "2018-02-30" is not a day from 1900 to 2100 such as 2018-05-01',
  ],
  [{ from: '2018-2-3' }, 'report_parameter_invalid', '--from "2018-2-3" is not a day'],
  [{ to: '0001-01-01' }, 'report_parameter_invalid', '--to "0001-01-01" is not a day'],
  [{ to: 'yesterday\n' }, 'report_parameter_invalid', '--to "yesterday\\n" is not a day'],
  [
    { from: '2018-05-02', to: '2018-05-01' },
    'report_window_reversed',
    '--from 2018-05-02 is after --to 2018-05-01',
  ],
  [{ limit: 0 }, 'report_parameter_invalid', '--limit "0" is not a whole number from 1 to 999999999'],
  [{ limit: '2.5' }, 'report_parameter_invalid', '--limit "2.5" is not a whole number'],
  [{ share: '1e5' }, 'report_parameter_invalid', '--share "1e5" is not a number'],
  [{ category: 'a\0b' }, 'report_parameter_invalid', '--category "a\\u0000b" is not text'],
  [{ categry: 'x' }, 'report_parameter_unknown', 'report sales takes no --categry'],
  [{ shop: undefined }, 'report_parameter_missing', 'report sales needs --shop'],
])('%j is refused as %s', (given, code, message) => {
  expect(() => parameterValues(question, { shop: 'a', ...given })).toThrow(
    expect.objectContaining({ kind: 'usage', code, message: expect.stringContaining(message) }),
  );
});

test('an unknown parameter is answered with those that there are', () => {
  expect(() => parameterValues(question, { shop: 'a', categry: 'x' })).toThrow(
    expect.objectContaining({
      suggestion: 'it takes --from, --to, --limit, --share, --category, --shop; did you mean --category?',
    }),
  );
});
