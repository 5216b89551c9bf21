import { displayWidth, printable } from '../reports/text-width.ts';

/** Where something is in a text: both from 1. */
export interface Place {
  line: number;
  column: number;
}

const around = 60;

/** The line with a caret below the place; of a long one what stands around it. */
export function excerpt(text: string, { line, column }: Place): string {
  const whole = Array.from(printable((text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')));
  const from = Math.max(0, column - 1 - around);
  const shown = whole.slice(from, from + 2 * around);
  const head = `${line} | ${from > 0 ? '… ' : ''}`;
  const before = shown.slice(0, column - 1 - from).join('');
  const rest = from + 2 * around < whole.length ? ' …' : '';
  return `${head}${shown.join('')}${rest}\n${' '.repeat(head.length + displayWidth(before))}^`;
}
