import { expect, it } from 'vitest';
import { detailOf } from '../../src/airflow/detail.ts';

it.each([
  [{ detail: 'The Dag with ID: `nope` was not found' }, 'The Dag with ID: `nope` was not found'],
  [{ error: 'API route not found' }, 'API route not found'],
  [
    { detail: { reason: 'Unique constraint violation', statement: 'hidden', message: 'look for ID xK' } },
    'Unique constraint violation: look for ID xK',
  ],
  [
    { detail: [{ type: 'missing', loc: ['body', 'logical_date'], msg: 'Field required', input: {} }] },
    'logical_date: Field required',
  ],
  [{ detail: ['one', { msg: 'two' }] }, 'one; two'],
  [{ detail: null }, ''],
  [[], ''],
  ['plain text\nof two lines', 'plain text of two lines'],
  ['<html><head><title>502 Bad Gateway</title></head></html>', '502 Bad Gateway'],
  ['', ''],
])('%j', (body, text) => {
  expect(detailOf(typeof body === 'string' ? body : JSON.stringify(body))).toBe(text);
});

it('is one short line', () => {
  expect(detailOf(JSON.stringify({ detail: 'x'.repeat(1000) }))).toHaveLength(300);
});
