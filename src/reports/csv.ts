import type { Cell, ReportResult } from './run.ts';

/** CSV as RFC 4180 has it: a header, lines ended by CRLF, quotes where needed. Figures are exact; null is nothing. */
export function renderCsv(result: Pick<ReportResult, 'columns' | 'rows'>): string {
  return [result.columns.map((column) => column.name), ...result.rows]
    .map((row) => `${row.map(field).join(',')}\r\n`)
    .join('');
}

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
