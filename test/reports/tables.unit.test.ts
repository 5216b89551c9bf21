import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCsv } from '../../src/reports/csv.ts';
import { parseQuestion } from '../../src/reports/parse.ts';
import type { Cell, ReportResult } from '../../src/reports/run.ts';
import { renderTable } from '../../src/reports/table.ts';

const question = parseQuestion(
  'top-products',
  `-- title: Top
-- description: Top.
-- display: table
-- column rank: Rank | integer
-- column product: Product | text
-- column revenue: Revenue | R$
select 1`,
);
const result = (rows: Cell[][]): ReportResult => ({
  question: question.name,
  title: question.title,
  parameters: {},
  columns: [
    { name: 'rank', type: 'integer' },
    { name: 'product', type: 'text' },
    { name: 'revenue', type: 'decimal' },
  ],
  rows,
});
const rows: Cell[][] = [
  [1, 'Cadeira "Gamer", azul', '1234567.80'],
  [2, 'Maçã do Amor com cobertura de chocolate', '-12.00'],
  [1000, '日本', null],
];

describe('a table', () => {
  test('has figures on the right, grouped', () => {
    expect(
      `\n${renderTable(question, result(rows), { width: 80, colour: false, unicode: true })}\n`,
    ).toMatchInlineSnapshot(`
      "
       Rank  Product                                          Revenue
      ─────  ───────────────────────────────────────  ───────────────
          1  Cadeira "Gamer", azul                    R$ 1,234,567.80
          2  Maçã do Amor com cobertura de chocolate        -R$ 12.00
      1,000  日本
      "
    `);
  });
  test('cuts names, never figures', () => {
    expect(
      `\n${renderTable(question, result(rows), { width: 36, colour: false, unicode: false })}\n`,
    ).toMatchInlineSnapshot(`
      "
       Rank  Product               Revenue
      -----  ------------  ---------------
          1  Cadeira "...  R$ 1,234,567.80
          2  Maçã do A...        -R$ 12.00
      1,000  日本
      "
    `);
  });
});

describe('CSV', () => {
  test('has a header, exact figures and CRLF', () => {
    expect(renderCsv(result(rows))).toBe(
      'rank,product,revenue\r\n1,"Cadeira ""Gamer"", azul",1234567.80\r\n2,Maçã do Amor com cobertura de chocolate,-12.00\r\n1000,日本,\r\n',
    );
    expect(renderCsv(result([]))).toBe('rank,product,revenue\r\n');
  });

  test('is read back as it was', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
        const csv = renderCsv({
          columns: [
            { name: 'a', type: 'text' },
            { name: 'b', type: 'text' },
          ],
          rows: pairs,
        });
        expect(parsed(csv).slice(1)).toEqual(pairs);
      }),
    );
  });
});

/** RFC 4180's grammar, read character by character. */
function parsed(csv: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < csv.length) {
    let field = '';
    if (csv[at] === '"') {
      at++;
      while (csv[at] !== '"' || csv[at + 1] === '"') {
        field += csv[at];
        at += csv[at] === '"' ? 2 : 1;
      }
      at++;
    } else {
      while (csv[at] !== ',' && !csv.startsWith('\r\n', at)) field += csv[at++];
    }
    record.push(field);
    if (csv[at] === ',') at++;
    else {
      at += 2;
      records.push(record);
      record = [];
    }
  }
  return records;
}
