import uPlot from 'uplot';
import { make } from './dom.ts';
import { colour, onScheme } from './palette.ts';

/** How a series is drawn: shape and dash differ, not the colour alone. */
export interface Line {
  label: string;
  shape: 'line' | 'dashed' | 'bars' | 'dots';
  /** A custom property of style.css, e.g. `--orders`. */
  colour: string;
  format: (value: number) => string;
}

export interface ChartOptions {
  lines: readonly Line[];
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Text of a place on the x axis, short and in full; x runs in whole steps. */
  tick: (x: number) => string;
  name: (x: number) => string;
  /** Title of the first column of the table. */
  xTitle: string;
  tickY: (value: number) => string;
  /** Only whole numbers are figures. */
  whole?: boolean;
  /** Distances that ticks of the x axis may have, where steps are as good as any. */
  xSteps?: readonly number[];
  /** Or their places, at most so many. */
  places?: (most: number) => number[];
  /** The first line has its area filled. */
  area?: boolean;
  height?: number;
}

/** Columns of pixels that a tick's text needs. */
const tickWidth = 62;

const font = '12px system-ui, sans-serif';

/** A chart with a legend that reads out the point under the pointer, and its figures as a table. */
export class Chart {
  readonly #options: ChartOptions;
  readonly #plot: uPlot;
  readonly #readout: HTMLElement[];
  readonly #place: HTMLElement;
  readonly #table: HTMLElement;
  readonly #details: HTMLDetailsElement;
  readonly #figure: HTMLElement;
  #data: uPlot.AlignedData = [[]];

  constructor(root: HTMLElement, options: ChartOptions) {
    this.#options = options;
    this.#readout = options.lines.map(() => make('b', {}, ''));
    this.#place = make('span', { class: 'place' });
    const legend = make(
      'p',
      { class: 'legend', 'aria-hidden': 'true' },
      ...options.lines.map((line, at) => {
        const swatch = make('i', { class: `swatch ${line.shape}` });
        swatch.style.color = `var(${line.colour})`;
        return make('span', {}, swatch, line.label, ' ', this.#readout[at] ?? '');
      }),
      this.#place,
    );
    this.#figure = make('div', { class: 'plot', role: 'img', 'aria-label': options.label });
    this.#table = make('div', {
      class: 'scroll',
      tabindex: '0',
      role: 'region',
      'aria-label': `${options.label}: figures`,
    });
    this.#details = make('details', {}, make('summary', {}, 'Figures as a table'), this.#table);
    this.#details.addEventListener('toggle', () => this.#tabulate());
    root.replaceChildren(legend, this.#figure, this.#details);
    this.#plot = new uPlot(this.#settings(root.clientWidth), this.#data, this.#figure);
    new ResizeObserver(() => {
      const width = root.clientWidth;
      if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: this.#height });
    }).observe(root);
    onScheme(() => this.#plot.redraw(false, false));
  }

  get #height(): number {
    const { height = 214 } = this.#options;
    // On a phone, where everything is below one another, the least will do.
    return innerWidth < 620 ? Math.min(height, 214) : height;
  }

  /** @param data - x, then the values of each line; null is a gap. */
  show(data: (number | null)[][], label: string): void {
    this.#data = data as unknown as uPlot.AlignedData;
    this.#plot.setData(this.#data);
    this.#figure.setAttribute('aria-label', label);
    this.#read();
    this.#tabulate();
  }

  /** The point under the pointer; nothing where there is none. */
  #read(): void {
    const at = this.#plot.cursor.idx ?? null;
    const x = at === null ? null : (this.#data[0][at] ?? null);
    this.#place.textContent = x === null ? '' : this.#options.name(x);
    for (const [index, { format }] of this.#options.lines.entries()) {
      const value = at === null ? null : this.#data[index + 1]?.[at];
      const element = this.#readout[index];
      if (element) element.textContent = value === null || value === undefined ? '' : format(value);
    }
  }

  #tabulate(): void {
    if (!this.#details.open) return;
    const { lines, name, xTitle } = this.#options;
    const row = (x: number, at: number): HTMLElement =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, name(x)),
        ...lines.map(({ format }, index) => {
          const value = this.#data[index + 1]?.[at];
          return make('td', {}, value === null || value === undefined ? '–' : format(value));
        }),
      );
    const head = [xTitle, ...lines.map(({ label }) => label)];
    this.#table.replaceChildren(
      make(
        'table',
        {},
        make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)))),
        make('tbody', {}, ...[...this.#data[0]].map(row).reverse()),
      ),
    );
  }

  #settings(width: number): uPlot.Options {
    const { lines, tick, tickY, whole = false, xSteps, places, area = false } = this.#options;
    const axis = { stroke: () => colour('--quiet'), font, ticks: { show: false } };
    return {
      width: Math.max(width, 200),
      height: this.#height,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
      },
      scales: {
        x: { time: false, range: (_, least, most) => this.#span(least, most) },
        // From zero, with a little air: a bar's length is its figure.
        y: {
          range: (_, __, most) => [0, Math.max(whole ? 4 : 1, (Number.isFinite(most) ? most : 0) * 1.08)],
        },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: tickWidth,
          ...(xSteps ? { incrs: [...xSteps] } : {}),
          ...(places ? { splits: ({ width: now }) => places(Math.max(2, Math.floor(now / tickWidth))) } : {}),
          values: (_, at) => at.map(tick),
          size: 28,
        },
        {
          ...axis,
          grid: { stroke: () => colour('--line'), width: 1 },
          space: 36,
          ...(whole ? { incrs: wholeSteps } : {}),
          values: (_, at) => at.map(tickY),
          size: 58,
        },
      ],
      series: [{}, ...lines.map((line, at) => seriesOf(line, area && at === 0))],
      hooks: { setCursor: [() => this.#read()] },
    };
  }

  /** Bars need half a step at both ends. */
  #span(least: number, most: number): [number, number] {
    const air = this.#options.lines.some(({ shape }) => shape === 'bars') ? 0.6 : 0;
    return [least - air, Math.max(most, least + 1) + air];
  }
}

const wholeSteps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();

function seriesOf({ label, shape, colour: name }: Line, filled: boolean): uPlot.Series {
  const stroke = (): string => colour(name);
  const none = { show: false };
  switch (shape) {
    case 'bars':
      return {
        label,
        stroke,
        fill: stroke,
        width: 0,
        points: none,
        ...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.72, 40], radius: 0.12 }) } : {}),
      };
    case 'dots':
      return {
        label,
        stroke,
        width: 1.5,
        points: { show: true, size: 5, fill: stroke },
      };
    case 'dashed':
      return { label, stroke, width: 2, dash: [6, 5], points: none, spanGaps: true };
    case 'line':
      return {
        label,
        stroke,
        width: 2.5,
        points: none,
        spanGaps: true,
        ...(filled ? { fill: () => `${colour(name)}1c` } : {}),
      };
  }
}
