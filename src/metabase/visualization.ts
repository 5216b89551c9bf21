import type { ColumnFormat, Format, Question } from '../reports/question.ts';

/** `visualization_settings` of a question's card: titles of columns and axes, and how figures are written. */
export function visualization(question: Question): Record<string, unknown> {
  const columns = Object.fromEntries(
    question.columns.map((column) => [
      JSON.stringify(['name', column.name]),
      { column_title: column.title, ...formats[column.format] },
    ]),
  );
  return question.display === 'table' || question.x === null
    ? {
        'table.columns': question.columns.map(({ name }) => ({ name, enabled: true })),
        column_settings: columns,
      }
    : { ...axes(question, question.x), column_settings: columns };
}

function axes({ y, columns, display }: Question, x: string): Record<string, unknown> {
  const column = (name: string): ColumnFormat | undefined => columns.find((one) => one.name === name);
  const title = (name: string): string => column(name)?.title ?? name;
  const timed = column(x)?.format === 'date' || column(x)?.format === 'hour';
  return {
    'graph.dimensions': [x],
    'graph.metrics': y,
    'graph.x_axis.title_text': title(x),
    'graph.y_axis.title_text': y.map(title).join(', '),
    ...(timed && display !== 'row' ? { 'graph.x_axis.scale': 'timeseries' } : {}),
    ...(y.length > 1
      ? { series_settings: Object.fromEntries(y.map((name) => [name, { title: title(name) }])) }
      : {}),
  };
}

/** Money is written in each cell, R$ 1,234.50, not in the column's head. */
const formats: Record<Format, Record<string, unknown>> = {
  R$: {
    number_style: 'currency',
    currency: 'BRL',
    currency_style: 'symbol',
    currency_in_header: false,
    decimals: 2,
  },
  integer: { number_style: 'decimal', decimals: 0 },
  decimal: { number_style: 'decimal', decimals: 1 },
  date: { date_style: 'MMMM D, YYYY', date_abbreviate: true },
  hour: { date_style: 'MMMM D, YYYY', date_abbreviate: true, time_enabled: 'minutes', time_style: 'HH:mm' },
  time: { date_style: 'MMMM D, YYYY', date_abbreviate: true, time_enabled: 'seconds', time_style: 'HH:mm' },
  text: {},
};
