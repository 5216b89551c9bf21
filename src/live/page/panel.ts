import type { Chart } from './chart.ts';

/** A place that has a chart, or words where there is nothing to draw. */
export class Panel {
  readonly #root: HTMLElement;
  readonly #make: (root: HTMLElement) => Chart;
  #chart: Chart | null = null;

  constructor(root: HTMLElement, chart: (root: HTMLElement) => Chart) {
    this.#root = root;
    this.#make = chart;
  }

  show(data: (number | null)[][], label: string): void {
    this.#chart ??= this.#make(this.#root);
    this.#chart.show(data, label);
  }

  nothing(words: HTMLElement): void {
    this.#chart = null;
    this.#root.replaceChildren(words);
  }
}
