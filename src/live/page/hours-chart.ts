import type { Figure } from '../state.ts';
import { Chart } from './chart.ts';
import { empty } from './dom.ts';
import { cells, column, local, number, shortNumber, sum } from './format.ts';
import { Panel } from './panel.ts';

/** Orders of each hour as bars, what was canceled in it as dots over them. */
export class HoursChart {
  readonly #panel: Panel;
  #hours: (string | number | null)[] = [];

  constructor(root: HTMLElement) {
    this.#panel = new Panel(
      root,
      (at) =>
        new Chart(at, {
          label: 'Orders per hour',
          height: 262,
          lines: [
            { label: 'Orders', shape: 'bars', colour: '--orders', format: number },
            { label: 'Cancellations', shape: 'dots', colour: '--cancellations', format: number },
          ],
          tick: (x) => this.#tick(x),
          name: (x) => local(this.#hours[x] ?? '', 'dayHour'),
          xTitle: 'Hour',
          tickY: shortNumber,
          whole: true,
          places: (most) => this.#places(most),
        }),
    );
  }

  /** At round hours of the clock, whatever hour runs now. */
  #places(most: number): number[] {
    const every = most > 8 ? 6 : most > 4 ? 12 : 24;
    return this.#hours.flatMap((hour, x) => (Number(String(hour).slice(11, 13)) % every === 0 ? [x] : []));
  }

  /** Midnight is told as the day that begins. */
  #tick(x: number): string {
    const hour = this.#hours[x];
    if (hour === undefined || hour === null) return '';
    return local(hour, String(hour).endsWith('00:00:00') ? 'weekday' : 'hour');
  }

  show(orders: Figure | undefined, cancellations: Figure | undefined): void {
    if (!orders || !cancellations) return;
    if (orders.rows.length === 0) return this.#panel.nothing(empty('No orders in the last 48 hours.'));
    this.#hours = cells(orders, 'order_hour');
    const counts = column(orders, 'orders');
    const canceled = new Map(cells(cancellations, 'order_hour').map((hour, at) => [hour, at]));
    const values = column(cancellations, 'cancellations');
    this.#panel.show(
      [
        this.#hours.map((_, at) => at),
        counts,
        this.#hours.map((hour) => values[canceled.get(hour) ?? -1] ?? null),
      ],
      `${number(sum(counts))} orders and ${number(sum(values))} cancellations in the last ${counts.length} hours, per hour`,
    );
    return undefined;
  }
}
