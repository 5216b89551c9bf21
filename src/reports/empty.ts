import type { Question } from './question.ts';
import type { ReportResult } from './run.ts';
import { printable } from './text-width.ts';

/** Says why there is nothing to show, and which command changes that. */
export function noRows(question: Question, result: ReportResult): string {
  const { window } = result;
  if (!window) return 'no data yet: the curated tables are empty\n  try: shop-pipe etl run --full';
  const [from, to] = [window.from.slice(0, 10), window.to.slice(0, 10)];
  const days = from === to ? `on ${from}` : `from ${from} to ${to}`;
  const filters = filtersOf(question, result);
  if (filters.length > 0) {
    return `no data ${days} for ${filters.join(', ')}\n  try: shop-pipe report orders-per-category --from ${from} --to ${to}`;
  }
  return [
    `no data ${days}`,
    `  try: shop-pipe report ${question.name}  (the last ones that have orders)`,
    `  or:  shop-pipe etl run --from ${from} --to ${to}`,
  ].join('\n');
}

/** What narrows the figures down beside the window: `category telephony`. */
export function filtersOf(question: Question, result: ReportResult): string[] {
  return question.parameters
    .filter(
      ({ name, type, optional }) =>
        optional && ['text', 'number'].includes(type) && name in result.parameters,
    )
    .map(({ name }) => `${name} ${printable(result.parameters[name] ?? '')}`);
}
