import { columnFormat, formatCell, isNumeric } from './format-cell.ts';
import type { Question } from './question.ts';
import type { ReportResult } from './run.ts';
import { type ChartStyle, glyphsOf, paintOf } from './style.ts';
import { displayWidth, padEnd, padStart, truncate } from './text-width.ts';

/** The rows under headings, figures on the right with thousands separators; long names are cut to the width. */
export function renderTable(question: Question, result: ReportResult, style: ChartStyle): string {
  const glyphs = glyphsOf(style);
  const paint = paintOf(style);
  const columns = result.columns.map(({ name }) => columnFormat(question, name));
  const body = result.rows.map((row) =>
    columns.map((column, index) => formatCell(row[index] ?? null, column.format)),
  );
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...body.map((row) => displayWidth(row[index] ?? ''))),
  );
  // Only names are cut: a figure without its last digits would be another figure.
  const least = 8;
  while (total(widths) > style.width) {
    const cut = columns
      .map((column, index) => ({ index, width: column.format === 'text' ? (widths[index] ?? 0) : 0 }))
      .sort((a, b) => b.width - a.width)[0];
    if (!cut || cut.width <= least) break;
    widths[cut.index] = cut.width - 1;
  }
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const text = truncate(cell, width, glyphs.ellipsis);
        return isNumeric(columns[index]?.format ?? 'text') ? padStart(text, width) : padEnd(text, width);
      })
      .join('  ')
      .trimEnd();
  return [
    paint.title(line(columns.map((column) => column.title))),
    paint.faint(widths.map((width) => glyphs.horizontal.repeat(width)).join('  ')),
    ...body.map(line),
  ].join('\n');
}

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + 2 * Math.max(0, widths.length - 1);
