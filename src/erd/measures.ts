import type { Relation } from './model.ts';

/**
 * Sizes in pixels. Text is monospaced, so that its width is a matter of counting whatever font a reader has: of the
 * stack in `svg.ts` the widest have 0.602 em per character.
 */
const characterEm = 0.602;
export const fontSize = 12;
export const noteSize = 10;
export const rowHeight = 18;
export const titleHeight = 26;
export const padding = 9;
/** Left of a column's name: the key's mark and the dot of not null. */
export const nameLeft = 46;
const bottomPadding = 5;
/** Between the longest name and its type at least. */
const typeGap = 14;

export interface Size {
  width: number;
  height: number;
}

export const textWidth = (text: string, size = fontSize): number => text.length * characterEm * size;

/** What the right of a title says. */
export const titleNote = ({ kind, partitioned }: Relation): string =>
  kind === 'view' ? 'view' : partitioned === null ? '' : `by ${partitioned}`;

export const heightOf = ({ columns }: Relation): number =>
  titleHeight + columns.length * rowHeight + bottomPadding;

/** All tables of a schema are as wide as its widest: they line up. */
export const widthOf = (relations: readonly Relation[]): number =>
  Math.ceil(Math.max(...relations.flatMap(widthsOf)));

const widthsOf = (relation: Relation): number[] => [
  2 * padding + textWidth(relation.name) + typeGap + textWidth(titleNote(relation), noteSize),
  ...relation.columns.map(
    ({ name, type }) => nameLeft + textWidth(name) + typeGap + textWidth(type) + padding,
  ),
];

/** The middle of a column's row, from the top of its box. */
export const rowMiddle = ({ columns }: Relation, column: string): number =>
  titleHeight + (columns.findIndex(({ name }) => name === column) + 0.5) * rowHeight;
