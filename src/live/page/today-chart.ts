import type { Figure } from '../state.ts';
import { Chart } from './chart.ts';
import { empty } from './dom.ts';
import { cells, column, currency, local, shortCurrency, sum } from './format.ts';
import { Panel } from './panel.ts';

/** Revenue since the day began, as a sum that grows, over that of the week before. */
export class TodayChart {
  readonly #panel: Panel;
  #hours: (string | number | null)[] = [];

  constructor(root: HTMLElement) {
    this.#panel = new Panel(root, (at) => {
      const hour = (x: number): string => local(this.#hours[x] ?? '', 'hour');
      return new Chart(at, {
        label: 'Revenue today against the same weekday before',
        lines: [
          { label: 'Today', shape: 'line', colour: '--orders', format: currency },
          { label: 'A week before', shape: 'dashed', colour: '--before', format: currency },
        ],
        tick: (x) => (this.#hours[x] === undefined ? '' : hour(x)),
        name: (x) => `up to the end of ${hour(x)}`,
        xTitle: 'Hour',
        tickY: shortCurrency,
        xSteps: [3, 6, 12],
      });
    });
  }

  show(figure: Figure | undefined): void {
    if (!figure) return;
    if (figure.rows.length === 0) return this.#panel.nothing(empty('No orders today, and none a week before.'));
    this.#hours = cells(figure, 'day_hour');
    const revenue = column(figure, 'revenue');
    this.#panel.show(
      [this.#hours.map((_, at) => at), running(revenue), running(column(figure, 'week_before'))],
      `Revenue today ${currency(sum(revenue))}, hour by hour, against the same weekday before`,
    );
    return undefined;
  }
}

/** In the hour that runs both are up to this minute; the next hours of the week before go on from its end. */
function running(values: readonly (number | null)[]): (number | null)[] {
  let total = 0;
  return values.map((value) => (value === null ? null : (total += value)));
}
