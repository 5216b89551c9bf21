import type { Figure } from './state.ts';

/** Places are compared with those of a minute ago, or of the first look where that is less. */
const spanMs = 60_000;

type Places = ReadonlyMap<string, number>;

/** How the products of a ranking move. */
export class Movement {
  #seen: { at: number; places: Places }[] = [];

  /** Places gained per row, below zero lost; null for a product that was not among them. */
  add(at: number, ranking: Figure): (number | null)[] {
    const places: Places = new Map(ranking.rows.map((row, place) => [keyOf(row), place]));
    // A new day begins with no ranking at all: nothing in it is new in a way worth telling.
    if (places.size === 0) this.#seen = [];
    else this.#seen.push({ at, places });
    while (this.#seen.length > 1 && (this.#seen[1]?.at ?? at) <= at - spanMs) this.#seen.shift();
    const before = this.#seen[0]?.places ?? places;
    return ranking.rows.map((row, place) => {
      const was = before.get(keyOf(row));
      return was === undefined ? null : was - place;
    });
  }
}

/** Name and category of the product; its id is no figure of the report. */
const keyOf = (row: Figure['rows'][number]): string => `${row[1]}\n${row[2]}`;
