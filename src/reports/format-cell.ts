import { compact, grouped } from './decimals.ts';
import type { Format, Question } from './question.ts';
import type { Cell } from './run.ts';
import { printable } from './text-width.ts';

/** A cell as a person reads it. */
export function formatCell(cell: Cell, format: Format): string {
  if (cell === null) return '';
  switch (format) {
    case 'R$':
      return money(grouped(cell));
    case 'integer':
    case 'decimal':
      return grouped(cell);
    case 'hour':
      return String(cell).slice(0, 16);
    case 'time':
      return String(cell).slice(0, 19);
    case 'date':
    case 'text':
      return printable(String(cell));
  }
}

/** A round number on an axis: `R$ 20k`. */
export const formatTick = (value: number, format: Format): string =>
  format === 'R$' && value !== 0 ? money(compact(value)) : compact(value);

const money = (amount: string): string =>
  amount.startsWith('-') ? `-R$ ${amount.slice(1)}` : `R$ ${amount}`;

/** Whether figures of this format stand on the right of their column. */
export const isNumeric = (format: Format): boolean => ['R$', 'integer', 'decimal'].includes(format);

/** How a column is headed and formatted; one that the question does not declare is shown as it is. */
export function columnFormat(question: Question, name: string): { title: string; format: Format } {
  return question.columns.find((column) => column.name === name) ?? { title: name, format: 'text' };
}
