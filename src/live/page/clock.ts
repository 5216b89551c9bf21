import type { LiveState } from '../state.ts';
import { byId, setText } from './dom.ts';

let ticking: ReturnType<typeof setInterval> | undefined;

/** The shop's clock, with its zone's name beside it. */
export function startClock(timeZone: string): void {
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', timeZone });
  const tick = (): void => setText(byId('clock'), format.format(new Date()));
  clearInterval(ticking);
  ticking = setInterval(tick, 1_000);
  tick();
  setText(byId('zone'), timeZone);
  setText(byId('foot-zone'), timeZone);
}

const instant = ({ asOf }: LiveState): Date => (asOf === null ? new Date() : new Date(asOf));

/** Minutes of the hour that ran in the shop when it was looked. */
export const minuteOf = (state: LiveState): number =>
  Number(
    new Intl.DateTimeFormat('en', { minute: 'numeric', timeZone: state.timezone }).format(instant(state)),
  );

/** The shop's day then, `2018-08-01`. */
export const dayOf = (state: LiveState): string =>
  new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeZone: state.timezone }).format(instant(state));
