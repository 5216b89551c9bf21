import type { Figure } from '../state.ts';
import { Chart } from './chart.ts';
import { empty, setText } from './dom.ts';
import { cells, column, currency, local, shortCurrency, sum } from './format.ts';
import { Panel } from './panel.ts';

/** Revenue per day as the batch published it. */
export class DaysChart {
  readonly #panel: Panel;
  #days: (string | number | null)[] = [];

  constructor(root: HTMLElement) {
    this.#panel = new Panel(
      root,
      (at) =>
        new Chart(at, {
          label: 'Revenue per day',
          height: 262,
          lines: [{ label: 'Revenue', shape: 'bars', colour: '--published', format: currency }],
          tick: (x) => (this.#days[x] === undefined ? '' : local(this.#days[x] ?? '', 'day')),
          name: (x) => local(this.#days[x] ?? '', 'weekday'),
          xTitle: 'Day',
          tickY: shortCurrency,
          xSteps: [1, 2, 5, 7, 10],
        }),
    );
  }

  show(figure: Figure | undefined, window: HTMLElement): void {
    if (!figure) return;
    if (figure.rows.length === 0)
      return this.#panel.nothing(empty('Nothing is published yet. Try: shop-pipe etl run --full'));
    this.#days = cells(figure, 'order_date');
    const revenue = column(figure, 'revenue');
    setText(window, windowOf(figure));
    this.#panel.show(
      [this.#days.map((_, at) => at), revenue],
      `Revenue per day, ${currency(sum(revenue))} in ${revenue.length} days`,
    );
    return undefined;
  }
}

export const windowOf = ({ window }: Figure): string =>
  window ? `${local(window.from, 'day')} to ${local(window.to, 'day')}, as last published` : '';
