import type { LiveState, Rate } from '../state.ts';
import { byId, setText } from './dom.ts';
import {
  cells,
  change,
  column,
  currency,
  duration,
  number,
  oneDecimal,
  sum,
  wholeCurrency,
} from './format.ts';

const rateSpanMs = 10_000;

const set = (id: string, text: string): void => setText(byId(id), text);

/** The mean of the last ten seconds; null where nobody looked yet. */
export function recentRate(rates: readonly Rate[], of: 'orders' | 'cancellations'): number | null {
  const newest = rates.at(-1)?.at ?? 0;
  const recent = rates.filter(({ at }) => at > newest - rateSpanMs).map((rate) => rate[of]);
  const known = recent.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known) / known.length;
}

/** The row of single figures at the top. */
export function showTiles({ figures, rates, health }: LiveState): void {
  showRevenue(figures['revenue-today']);
  const hours = figures['orders-per-hour'];
  const orderHours = cells(hours, 'order_hour');
  const day = String(orderHours.at(-1) ?? '').slice(0, 10);
  const today = column(hours, 'orders').filter((_, at) => String(orderHours[at]).startsWith(day));
  set('tile-orders', hours ? number(sum(today)) : '–');
  set('tile-orders-note', hours ? `${number(today.at(-1) ?? 0)} in this hour` : '\u00a0');
  const orders = recentRate(rates, 'orders');
  const cancellations = recentRate(rates, 'cancellations');
  set('tile-rate', orders === null ? '–' : oneDecimal(orders));
  set('tile-cancellations', cancellations === null ? '–' : oneDecimal(cancellations));
  set('tile-lag', health?.lag === null || !health ? '–' : number(health.lag));
  set('tile-lag-note', health?.lag === null ? 'Kafka is not reached' : 'messages behind');
  const stream = health?.stream;
  set('tile-latency', stream?.p50_ms ? duration(stream.p50_ms) : '–');
  set(
    'tile-latency-note',
    stream?.p99_ms ? `p50; p99 ${duration(stream.p99_ms)}` : 'no batch within a minute',
  );
}

function showRevenue(figure: LiveState['figures']['revenue-today']): void {
  const revenue = column(figure, 'revenue');
  const before = column(figure, 'week_before').filter((_, at) => revenue[at] !== null);
  const [now, then] = [sum(revenue), sum(before)];
  set('tile-revenue', figure ? currency(now) : '–');
  const note = byId('tile-revenue-note');
  const known = before.some((value) => value !== null) && then > 0;
  const share = now / then - 1;
  note.dataset['trend'] = !known || Math.abs(share) < 0.0005 ? 'even' : share > 0 ? 'up' : 'down';
  setText(
    note,
    known
      ? `${share >= 0 ? '▲' : '▼'} ${change(share)} on ${wholeCurrency(then)} a week before by now`
      : 'no orders a week before to compare with',
  );
}
