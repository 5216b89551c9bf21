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
