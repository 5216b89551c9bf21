import { displayWidth, padEnd, padStart, printable } from '../reports/text-width.ts';
import type { Column, Value } from './portal.ts';
import type { StatementDone } from './run.ts';

/** int8, int2, int4, oid, float4, float8, money, numeric: figures stand on the right. */
const figures = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

/** Rows under their headings, as wide as they are, and how many. A value of several lines is put on one. */
export function resultTable(
  columns: readonly Column[],
  rows: readonly Value[][],
  done: StatementDone,
): string {
  const titles = columns.map(({ name }) => printable(name));
  const cells = rows.map((row) => row.map((value) => (value === null ? '' : printable(value))));
  const widths = titles.map((title, i) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), displayWidth(title)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const pad = figures.has(columns[i]?.typeId ?? 0) ? padStart : padEnd;
        return pad(cell, widths[i] ?? 0);
      })
      .join('  ')
      .trimEnd();
  const head =
    columns.length === 0 ? [] : [line(titles), widths.map((width) => '-'.repeat(width)).join('  ')];
  return [...head, ...(columns.length === 0 ? [] : cells.map(line)), `(${countText(done)})`].join('\n');
}

export function countText({ rows, truncated }: StatementDone): string {
  const count = rows.toLocaleString('en-US');
  if (truncated) return `the first ${count} rows; --max-rows 0 shows all`;
  return rows === 1 ? '1 row' : `${count} rows`;
}

/** Lines of CSV (RFC 4180). Null is nothing, an empty text a pair of quotes: as Postgres writes and reads it. */
export const csvLines = (rows: readonly (readonly Value[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

function field(value: Value): string {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
