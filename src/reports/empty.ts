import type { Question } from './question.ts';
import type { ReportResult } from './run.ts';
import { printable } from './text-width.ts';

/** Says why there is nothing to show, and which command changes that. */
export function noRows(question: Question, result: ReportResult): string {
  if (question.live) return nothingLive(result);
  const { window } = result;
  if (!window) return 'no data yet: the curated tables are empty\n  try: shop-pipe etl run --full';
  const days = spanOf(window);
  const [from, to] = [window.from.slice(0, 10), window.to.slice(0, 10)];
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

/** The figures come by the stream, and there they come from whoever orders. */
function nothingLive({ window }: ReportResult): string {
  return [
    `no orders ${window ? spanOf(window) : 'yet'}`,
    '  try: shop-pipe stream start  (shop-pipe stream status says whether it runs)',
    '  and: shop-pipe produce --rate 100 --duration 30s',
  ].join('\n');
}

function spanOf(window: NonNullable<ReportResult['window']>): string {
  const [from, to] = [window.from.slice(0, 10), window.to.slice(0, 10)];
  return from === to ? `on ${from}` : `from ${from} to ${to}`;
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
