import type { Figure } from '../state.ts';
import { bar, empty, hidden, make } from './dom.ts';
import { cells, column, currency, number } from './format.ts';
import { morph } from './morph.ts';

/** The best of today, with how many places each gained or lost within a minute. */
export class ProductTable {
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  show(figure: Figure | undefined, moves: readonly (number | null)[]): void {
    if (!figure) return;
    if (figure.rows.length === 0) return this.#root.replaceChildren(empty('No sales today yet.'));
    const revenue = column(figure, 'revenue');
    const units = column(figure, 'units');
    const categories = cells(figure, 'category');
    const most = Math.max(0.01, ...revenue.map((value) => value ?? 0));
    const rows = cells(figure, 'product').map((product, at) =>
      make(
        'tr',
        {},
        make('td', { class: 'rank' }, number(at + 1)),
        make('td', { class: 'move' }, moveOf(moves[at])),
        make(
          'th',
          { scope: 'row' },
          make('span', { class: 'name' }, String(product)),
          make('span', { class: 'under' }, String(categories[at]).replaceAll('_', ' ')),
          bar((revenue[at] ?? 0) / most),
        ),
        make('td', { class: 'amount' }, number(units[at] ?? 0)),
        make('td', { class: 'amount' }, currency(revenue[at] ?? 0)),
      ),
    );
    const head = [
      make('th', { scope: 'col', class: 'rank' }, '#'),
      make('th', { scope: 'col', class: 'move' }, hidden('Movement')),
      make('th', { scope: 'col' }, 'Product'),
      make('th', { scope: 'col', class: 'amount' }, 'Units'),
      make('th', { scope: 'col', class: 'amount' }, 'Revenue'),
    ];
    morph(
      this.#root,
      make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)),
    );
    return undefined;
  }
}

/** Arrow and number, and in words for who hears them. */
function moveOf(places: number | null | undefined): HTMLElement {
  if (places === null) return make('span', { class: 'up' }, 'new', hidden(' among the ten'));
  if (places === undefined || places === 0) return make('span', { class: 'quiet' }, '·', hidden('unchanged'));
  const up = places > 0;
  const by = number(Math.abs(places));
  return make(
    'span',
    { class: up ? 'up' : 'down' },
    make('span', { 'aria-hidden': 'true' }, `${up ? '▲' : '▼'}${by}`),
    hidden(`${up ? 'up' : 'down'} ${by}`),
  );
}
