import { renderChart } from './chart.ts';
import { renderCsv } from './csv.ts';
import { noRows } from './empty.ts';
import type { Question } from './question.ts';
import type { ReportResult } from './run.ts';
import type { ChartStyle } from './style.ts';
import { renderTable } from './table.ts';

/** A question's answer as text. CSV has a header and nothing else where there is no data. */
export function renderAs(
  format: 'chart' | 'table' | 'csv',
  question: Question,
  result: ReportResult,
  style: ChartStyle,
): string {
  switch (format) {
    case 'chart':
      return renderChart(question, result, style);
    case 'table':
      return result.rows.length === 0 ? noRows(question, result) : renderTable(question, result, style);
    case 'csv':
      return renderCsv(result);
  }
}
