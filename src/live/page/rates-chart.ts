import type { Rate } from '../state.ts';
import { Chart } from './chart.ts';
import { oneDecimal, shortNumber } from './format.ts';
import { Panel } from './panel.ts';
import { recentRate } from './tiles.ts';

const spanSeconds = 300;

/** The last five minutes, smoothed over some seconds: batches of the stream come a few times a second. */
export class RatesChart {
  readonly #panel: Panel;

  constructor(root: HTMLElement) {
    this.#panel = new Panel(
      root,
      (at) =>
        new Chart(at, {
          label: 'Orders and cancellations per second',
          lines: [
            { label: 'Orders', shape: 'line', colour: '--orders', format: oneDecimal },
            { label: 'Cancellations', shape: 'dashed', colour: '--cancellations', format: oneDecimal },
          ],
          tick: (x) => (x === 0 ? 'now' : `−${Math.abs(x) / 60} min`),
          name: (x) => `${Math.round(-x)} s ago`,
          xTitle: 'When',
          tickY: shortNumber,
          xSteps: [60, 120, 300],
        }),
    );
  }

  show(rates: readonly Rate[]): void {
    const newest = rates.at(-1)?.at ?? 0;
    const recent = rates.filter(({ at }) => at > newest - spanSeconds * 1_000);
    const x = recent.map(({ at }) => (at - newest) / 1_000);
    // The axis is always the whole span, also where there are only some seconds yet.
    this.#panel.show(
      [
        [-spanSeconds, ...x],
        [null, ...smooth(recent.map(({ orders }) => orders))],
        [null, ...smooth(recent.map(({ cancellations }) => cancellations))],
      ],
      `Orders and cancellations per second over the last five minutes, now ${oneDecimal(recentRate(rates, 'orders') ?? 0)} and ${oneDecimal(recentRate(rates, 'cancellations') ?? 0)}`,
    );
  }
}

function smooth(values: readonly (number | null)[], over = 4): (number | null)[] {
  return values.map((value, at) => {
    if (value === null) return null;
    const span = values.slice(Math.max(0, at - over + 1), at + 1).filter((one) => one !== null);
    return span.reduce((sum, one) => sum + one, 0) / span.length;
  });
}
