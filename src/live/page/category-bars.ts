import type { Figure } from '../state.ts';
import { windowOf } from './days-chart.ts';
import { bar, empty, make, setText } from './dom.ts';
import { cells, column, number, shortCurrency } from './format.ts';
import { morph } from './morph.ts';

/** A ranking of categories: name, bar, figure, revenue. */
export class CategoryBars {
  readonly #root: HTMLElement;
  readonly #by: string;
  readonly #title: string;

  constructor(root: HTMLElement, by: string, title: string) {
    this.#root = root;
    this.#by = by;
    this.#title = title;
  }

  show(figure: Figure | undefined, window?: HTMLElement): void {
    if (!figure) return;
    if (window) setText(window, windowOf(figure));
    if (figure.rows.length === 0)
      return this.#root.replaceChildren(
        empty(window ? 'Nothing is published yet. Try: shop-pipe etl run --full' : 'No orders today yet.'),
      );
    const counts = column(figure, this.#by);
    const revenue = column(figure, 'revenue');
    const most = Math.max(1, ...counts.map((count) => count ?? 0));
    const rows = cells(figure, 'category').map((category, at) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, String(category).replaceAll('_', ' ')),
        make('td', { class: 'long' }, bar((counts[at] ?? 0) / most, window ? 'published' : '')),
        make('td', { class: 'amount' }, number(counts[at] ?? 0)),
        make('td', { class: 'amount quiet' }, shortCurrency(revenue[at] ?? 0)),
      ),
    );
    const head = [
      make('th', { scope: 'col' }, 'Category'),
      make('td', { class: 'long' }),
      make('th', { scope: 'col', class: 'amount' }, this.#title),
      make('th', { scope: 'col', class: 'amount' }, 'Revenue'),
    ];
    morph(
      this.#root,
      make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)),
    );
    return undefined;
  }
}
