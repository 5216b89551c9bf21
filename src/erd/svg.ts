import { fontSize } from './measures.ts';
import { type Page, type Panel, panelPadding, panelTitle } from './place-page.ts';
import { legendSvg } from './svg-legend.ts';
import { lineSvg } from './svg-line.ts';
import { colours, paletteOf } from './svg-palette.ts';
import { tableSvg } from './svg-table.ts';
import { fitted, text } from './svg-text.ts';

const margin = 16;

/** The fonts of a reader's machine, as GitHub shows code; the PNG is drawn with the one that the package brings. */
const fonts = "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace";

/** The picture. Its background is solid: it looks the same on a page that is dark. */
export function svgOf(page: Page): string {
  const width = Math.ceil(page.width + 2 * margin);
  const height = Math.ceil(page.height + 2 * margin);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${fonts}" font-size="${fontSize}">
<title>Tables of the database by schema, with columns, types, keys and references</title>
<rect width="100%" height="100%" fill="${colours.page}"/>
<g transform="translate(${margin} ${margin})">
${page.panels.map(panelSvg).join('\n')}
${legendSvg(page.legend)}
</g>
</svg>
`;
}

function panelSvg({ x, y, width, height, schema, drawing }: Panel): string {
  const palette = paletteOf(schema.name);
  const comment = fitted(schema.comment ?? '', width - 2 * panelPadding, 11);
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${palette.panel}" stroke="${palette.frame}"/>`,
    text(panelPadding, 21, schema.name, `font-size="15" font-weight="700" fill="${palette.accent}"`),
    text(panelPadding, 37, comment, `font-size="11" fill="${colours.faint}"`),
    `<g transform="translate(${panelPadding} ${panelTitle})">`,
    ...drawing.lines.map((line) => lineSvg(line, palette)),
    ...drawing.boxes.map((box) => tableSvg(box, palette)),
    '</g>',
    '</g>',
  ].join('\n');
}
