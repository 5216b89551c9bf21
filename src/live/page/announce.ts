import type { LiveState } from '../state.ts';
import { byId, setText } from './dom.ts';
import { column, currency, number, oneDecimal, sum } from './format.ts';
import { recentRate } from './tiles.ts';

/** Figures that change each second would talk without end: they are told every half minute, what is the matter at once. */
const everyMs = 30_000;

let toldAt = -everyMs;
let toldCodes = '';

/** Says the gist to a screen reader, politely. */
export function announce(state: LiveState): void {
  const codes = state.notices.map(({ code }) => code).join();
  const now = performance.now();
  if (state.asOf === null || (codes === toldCodes && now - toldAt < everyMs)) return;
  const [first] = state.notices;
  toldAt = now;
  toldCodes = codes;
  setText(
    byId('announcement'),
    first && first.level !== 'hint'
      ? `${first.message}. ${first.suggestion ? `Try ${first.suggestion}` : ''}`
      : `Revenue today ${currency(sum(column(state.figures['revenue-today'], 'revenue')))}, ${oneDecimal(recentRate(state.rates, 'orders') ?? 0)} orders per second, lag ${number(state.health?.lag ?? 0)}.`,
  );
}
