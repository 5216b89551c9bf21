import type { Figure } from '../state.ts';
import { empty, make } from './dom.ts';
import { type Cell, cells, column, currency, local, number } from './format.ts';

const mostMarked = 6;

/** A sign beside the word, so that a state is not told by colour. */
const signs: Record<string, string> = {
  created: '○',
  approved: '◔',
  invoiced: '◔',
  processing: '◑',
  shipped: '◕',
  delivered: '●',
  canceled: '✕',
  unavailable: '✕',
};

/** The newest orders on top; those that came since the last look are marked for a moment. */
export class OrderStream {
  readonly #root: HTMLElement;
  #seen: ReadonlySet<string> | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** @param today - times of other days are told with their day. */
  show(figure: Figure | undefined, today: string): void {
    if (!figure) return;
    if (figure.rows.length === 0) {
      this.#seen = new Set();
      return this.#root.replaceChildren(
        empty('No orders yet. They come by the stream: shop-pipe produce --rate 100 --duration 60s'),
      );
    }
    const keys = keysOf(figure);
    const units = column(figure, 'units');
    const revenue = column(figure, 'revenue');
    const products = cells(figure, 'products');
    const statuses = cells(figure, 'status').map(String);
    const fresh = keys.filter((key) => this.#seen !== null && !this.#seen.has(key));
    // Where most are new each time, marks would only flicker.
    const marked = new Set(fresh.length <= mostMarked ? fresh : []);
    const time = (placed: Cell): string =>
      local(placed, String(placed).startsWith(today) ? 'second' : 'dayTime');
    const rows = cells(figure, 'placed_at').map((placed, at) =>
      make(
        'tr',
        marked.has(keys[at] ?? '') ? { class: 'fresh' } : {},
        make('td', { class: 'time' }, time(placed)),
        make('td', { class: 'status' }, badge(statuses[at] ?? '')),
        make(
          'th',
          { scope: 'row' },
          String(products[at]),
          make('span', { class: 'under' }, badge(statuses[at] ?? '')),
        ),
        make('td', { class: 'amount' }, number(units[at] ?? 0)),
        make('td', { class: 'amount' }, currency(revenue[at] ?? 0)),
      ),
    );
    this.#seen = new Set(keys);
    const head = ['Placed', 'Status', 'Products', 'Units', 'Revenue'].map((title, at) =>
      make('th', { scope: 'col', class: at > 2 ? 'amount' : at === 1 ? 'status' : '' }, title),
    );
    // Not morphed: a mark is an animation, which begins with its element.
    this.#root.replaceChildren(
      make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)),
    );
    return undefined;
  }
}

const badge = (status: string): HTMLElement =>
  make(
    'span',
    { class: `badge ${['canceled', 'unavailable'].includes(status) ? 'off' : ''}` },
    make('span', { 'aria-hidden': 'true' }, `${signs[status] ?? '○'} `),
    status,
  );

/** An order has no number in the report: the status changes, what was ordered when does not. Equal ones are counted. */
function keysOf({ columns, rows }: Figure): string[] {
  const status = columns.indexOf('status');
  const counts = new Map<string, number>();
  return rows.map((row) => {
    const key = row.filter((_, at) => at !== status).join('\n');
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    return `${key}\n${nth}`;
  });
}
