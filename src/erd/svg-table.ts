import { nameLeft, noteSize, padding, rowHeight, titleHeight, titleNote } from './measures.ts';
import type { Column } from './model.ts';
import type { Box } from './place-group.ts';
import { colours, type Palette } from './svg-palette.ts';
import { text } from './svg-text.ts';

/** From the middle of a row down to the line that its text stands on. */
const baseline = 4;
const radius = 5;

/** A table; a view has a pale title. */
export function tableSvg({ relation, x, y, width, height }: Box, palette: Palette): string {
  const [fill, ink] =
    relation.kind === 'view' ? [palette.frame, palette.accent] : [palette.accent, colours.table];
  const corner = `a${radius} ${radius} 0 0 1 ${radius}`;
  const right = width - 0.5;
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${radius}" fill="${colours.table}" stroke="${palette.accent}"/>`,
    `<path d="M.5 ${titleHeight}V${radius + 0.5}${corner} -${radius}H${right - radius}${corner} ${radius}V${titleHeight}Z" fill="${fill}"/>`,
    text(padding, 17.5, relation.name, `font-weight="700" fill="${ink}"`, relation.comment),
    text(width - padding, 17, titleNote(relation), `font-size="${noteSize}" text-anchor="end" fill="${ink}"`),
    ...relation.columns.map((column, row) => columnSvg(column, row, width, palette)),
    '</g>',
  ].join('\n');
}

function columnSvg(column: Column, row: number, width: number, palette: Palette): string {
  const top = titleHeight + row * rowHeight;
  const middle = top + rowHeight / 2;
  const name = `${column.primary ? 'font-weight="700" ' : ''}fill="${colours.text}"`;
  return [
    row === 0 ? '' : `<path d="M1 ${top}H${width - 1}" stroke="${colours.rule}"/>`,
    keyMark(padding, middle, column, palette),
    column.notNull === null ? '' : nullMark(nameLeft - 8, middle, column.notNull, palette),
    text(nameLeft, middle + baseline, column.name, name, column.comment),
    text(width - padding, middle + baseline, column.type, `text-anchor="end" fill="${colours.faint}"`),
  ].join('');
}

type Keys = Pick<Column, 'primary' | 'foreign'>;

/** PK and FK; a column that is of both has one letter of each. */
export function keyMark(x: number, middle: number, { primary, foreign }: Keys, { accent }: Palette): string {
  if (!primary && !foreign) return '';
  const mark = primary && foreign ? 'P+F' : primary ? 'PK' : 'FK';
  return text(x, middle + 3.5, mark, `font-size="${noteSize}" font-weight="700" fill="${accent}"`);
}

/** A full dot: not null. An empty one: may be null. */
export const nullMark = (x: number, y: number, notNull: boolean, { accent }: Palette): string =>
  `<circle cx="${x}" cy="${y}" r="2.5" fill="${notNull ? accent : colours.table}" stroke="${accent}"/>`;
