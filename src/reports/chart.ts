import { barChart } from './bar-chart.ts';
import { grouped, sum } from './decimals.ts';
import { filtersOf, noRows } from './empty.ts';
import { columnFormat, formatCell, formatTick } from './format-cell.ts';
import type { Format, Question } from './question.ts';
import type { Cell, ReportResult } from './run.ts';
import { type ChartStyle, glyphsOf, paintOf } from './style.ts';
import { renderTable } from './table.ts';
import { displayWidth, truncate } from './text-width.ts';
import { timeChart } from './time-chart.ts';

/** More bars than this do not fit a screen; the rest is told in one line. */
const mostBars = 25;

interface Drawn {
  lines: string[];
  /** What a column or bar stands for where that needs saying. */
  note: string | null;
}

/** A question's answer as it is best looked at: heading, chart, a line of exact figures. */
export function renderChart(question: Question, result: ReportResult, style: ChartStyle): string {
  const paint = paintOf(style);
  const glyphs = glyphsOf(style);
  const title = paint.title(truncate(result.title, style.width, glyphs.ellipsis));
  if (result.rows.length === 0) return `${title}\n${noRows(question, result)}`;
  const x = result.columns.findIndex((column) => column.name === question.x);
  const y = result.columns.findIndex((column) => column.name === question.y[0]);
  if (question.display === 'table' || x < 0 || y < 0) {
    return `${title}\n${renderTable(question, result, style)}`;
  }
  const figure = columnFormat(question, question.y[0] ?? '');
  const time = ['date', 'timestamp'].includes(result.columns[x]?.type ?? '');
  const { lines, note } = time
    ? drawTime(result, x, y, figure.format, style)
    : drawBars(result, x, y, columnFormat(question, question.x ?? '').format, figure, style);
  const what = time ? `${figure.title} per ${unitOf(result, x)}` : figure.title;
  const about = [
    what === result.title ? null : what,
    ...filtersOf(question, result),
    windowText(result),
    note,
  ]
    .filter(Boolean)
    .join(` ${glyphs.dot} `);
  const summary = summaryOf(result, x, y, figure.format, ` ${glyphs.dot} `, time);
  return [
    title,
    ...fitted(about, style, ` ${glyphs.dot} `).map(paint.faint),
    '',
    ...lines,
    ...(summary === null ? [] : ['', ...fitted(summary, style, ` ${glyphs.dot} `)]),
  ].join('\n');
}

function drawTime(result: ReportResult, x: number, y: number, format: Format, style: ChartStyle): Drawn {
  const points = result.rows.map((row) => ({ at: String(row[x] ?? ''), value: drawable(row[y]) }));
  const unit = unitOf(result, x);
  const { lines, pointsPerColumn } = timeChart(points, {
    ...style,
    unit,
    tick: (value) => formatTick(value, format),
    whole: format === 'integer',
  });
  const note = pointsPerColumn > 1 ? `a column is the mean of ${pointsPerColumn} ${unit}s` : null;
  return { lines, note };
}

function drawBars(
  result: ReportResult,
  x: number,
  y: number,
  labels: Format,
  figure: { title: string; format: Format },
  style: ChartStyle,
): Drawn {
  const bars = result.rows.slice(0, mostBars).map((row) => ({
    label: formatCell(row[x] ?? null, labels),
    value: drawable(row[y]),
    text: formatCell(row[y] ?? null, figure.format),
  }));
  const lines = barChart(bars, {
    ...style,
    tick: (value) => formatTick(value, figure.format),
    whole: figure.format === 'integer',
  });
  const rest = result.rows.slice(mostBars);
  if (rest.length === 0) return { lines, note: null };
  const others = sum(rest.map((row) => numeric(row[y])));
  const amount = others === null ? '' : ` with ${formatCell(others, figure.format)} together`;
  lines.push(`and ${grouped(rest.length)} more${amount} (--format table has them)`);
  return { lines, note: null };
}

/** The exact total of a chart over time, and where it was highest. Bars say their figures themselves. */
function summaryOf(
  result: ReportResult,
  x: number,
  y: number,
  format: Format,
  separator: string,
  time: boolean,
): string | null {
  if (!time) return null;
  const total = sum(result.rows.map((row) => numeric(row[y])));
  const highest = result.rows.reduce((best, row) => (Number(row[y]) > Number(best[y]) ? row : best));
  return [
    ...(total === null ? [] : [`total ${formatCell(total, format)}`]),
    `highest ${formatCell(highest[y] ?? null, format)} on ${formatCell(highest[x] ?? null, unitOf(result, x) === 'hour' ? 'hour' : 'date')}`,
  ].join(separator);
}

/** For drawing only: PostgreSQL's NaN and Infinity have no length. */
const drawable = (cell: Cell | undefined): number => (Number.isFinite(Number(cell)) ? Number(cell) : 0);

const numeric = (cell: Cell | undefined): string | number => cell ?? 0;

const unitOf = (result: ReportResult, x: number): 'hour' | 'day' =>
  result.columns[x]?.type === 'timestamp' ? 'hour' : 'day';

function windowText({ window }: ReportResult): string | null {
  if (!window) return null;
  const [from, to] = [window.from.slice(0, 16), window.to.slice(0, 16)];
  return from === to ? from : `${from} to ${to}`;
}

/** Parts on one line where they fit, else each on its own. */
function fitted(text: string, style: ChartStyle, separator: string): string[] {
  const lines = displayWidth(text) <= style.width ? [text] : text.split(separator);
  return lines.map((line) => truncate(line, style.width, glyphsOf(style).ellipsis));
}
