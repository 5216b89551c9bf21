import type { Figure } from '../state.ts';
import { Chart } from './chart.ts';
import { empty } from './dom.ts';
import { cells, column, currency, local, shortCurrency, sum } from './format.ts';
import { Panel } from './panel.ts';

/** Revenue since the day began, as a sum that grows, over that of the week before. */
export class TodayChart {
  readonly #panel: Panel;
  #day = '';

  constructor(root: HTMLElement) {
    this.#panel = new Panel(root, (at) => {
      return new Chart(at, {
        label: 'Revenue today against the same weekday before',
        lines: [
          { label: 'Today', shape: 'line', colour: '--orders', format: currency },
          { label: 'A week before', shape: 'dashed', colour: '--before', format: currency },
        ],
        tick: (x) => this.#time(x),
        name: (x) => `until ${this.#time(x)}`,
        xTitle: 'Until',
        tickY: shortCurrency,
        xSteps: [3, 6, 12],
        area: true,
      });
    });
  }

  /** A time of today from hours since it began; its end is 00:00 again. */
  #time(x: number): string {
    const minutes = Math.round(x * 60) % 1_440;
    const two = (n: number): string => String(n).padStart(2, '0');
    return local(`${this.#day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`, 'hour');
  }

  /** @param minute - of the hour that runs. */
  show(figure: Figure | undefined, minute: number): void {
    if (!figure) return;
    if (figure.rows.length === 0)
      return this.#panel.nothing(empty('No orders today, and none a week before.'));
    this.#day = String(cells(figure, 'day_hour')[0]).slice(0, 10);
    const revenue = column(figure, 'revenue').filter((value) => value !== null);
    const before = column(figure, 'week_before');
    const whole = column(figure, 'week_before_hour');
    // Points are at the ends of hours, and one is now: in the hour that runs.
    const full = revenue.length - 1;
    const today = [0, ...running(revenue)];
    const weekBefore = [0, ...running(whole)];
    const same = (weekBefore[full] ?? 0) + (before[full] ?? 0);
    const x = weekBefore.map((_, at) => at);
    this.#panel.show(
      [
        [...x.slice(0, full + 1), full + Math.max(minute, 0.5) / 60, ...x.slice(full + 1)],
        [...today, ...x.slice(full + 1).map(() => null)],
        whole.some((value) => value !== null)
          ? [...weekBefore.slice(0, full + 1), same, ...weekBefore.slice(full + 1)]
          : [...x, 0].map(() => null),
      ],
      `Revenue today ${currency(sum(revenue))}, hour by hour, against the same weekday before`,
    );
    return undefined;
  }
}

function running(values: readonly (number | null)[]): number[] {
  let total = 0;
  return values.map((value) => (total += value ?? 0));
}
