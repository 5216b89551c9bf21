import { rowHeight, type Size, textWidth } from './measures.ts';
import type { Placed } from './pack.ts';
import { referenceSvg } from './svg-line.ts';
import { colours, paletteOf } from './svg-palette.ts';
import { keyMark, nullMark } from './svg-table.ts';
import { text } from './svg-text.ts';

const size = 11;
const left = 68;
const padding = 14;
const palette = paletteOf('');

/** A mark, drawn at the height `y`, and what it means. */
const entries: [draw: (y: number) => string, meaning: string][] = [
  [(y) => keyMark(padding, y, { primary: true, foreign: false }, palette), 'of the primary key'],
  [(y) => keyMark(padding, y, { primary: false, foreign: true }, palette), 'of a foreign key'],
  [(y) => keyMark(padding, y, { primary: true, foreign: true }, palette), 'of both'],
  [(y) => nullMark(padding + 4, y, true, palette), 'not null'],
  [(y) => nullMark(padding + 4, y, false, palette), 'may be null'],
  [(y) => line(y, true), 'foreign key: one to many'],
  [(y) => line(y, false), 'the same, but not enforced'],
];

export const legendSize: Size = {
  width: Math.ceil(left + Math.max(...entries.map(([, meaning]) => textWidth(meaning, size))) + padding),
  height: entries.length * rowHeight + 2 * 8,
};

export function legendSvg({ x, y }: Placed): string {
  const rows = entries.map(([draw, meaning], row) => {
    const middle = 8 + (row + 0.5) * rowHeight;
    return draw(middle) + text(left, middle + 4, meaning, `font-size="${size}" fill="${colours.faint}"`);
  });
  return [`<g transform="translate(${x} ${y})">`, ...rows, '</g>'].join('\n');
}

function line(y: number, enforced: boolean): string {
  const [start, end] = [padding, padding + 44];
  const ends = [
    { x: start, y },
    { x: end, y },
  ] as const;
  return referenceSvg(
    `M${start} ${y}H${end}`,
    ...ends,
    { enforced, single: false, optional: false },
    palette,
  );
}
