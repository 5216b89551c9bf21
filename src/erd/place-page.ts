import type { Size } from './measures.ts';
import type { Model, Schema } from './model.ts';
import { extent, nextPlace, type Placed, widened } from './pack.ts';
import type { Drawing } from './place-group.ts';
import { placeSchema } from './place-schema.ts';

/** A schema on the page: its frame, and its drawing within. */
export interface Panel extends Placed {
  schema: Schema;
  drawing: Drawing;
}

export interface Page extends Size {
  panels: Panel[];
  legend: Placed;
}

export const panelPadding = 14;
/** Name and comment of the schema. */
export const panelTitle = 46;
const gap = { x: 16, y: 16 };
/** GitHub shows a README about 900 pixels wide: text must not get much smaller there than it is. */
const pageWidth = 930;

/** Each schema takes, in turn, the shape that ends highest on the page; the legend goes where there is room. */
export async function placePage({ schemas, references }: Model, legend: Size): Promise<Page> {
  const { default: elkjs } = await import('elkjs/lib/elk.bundled.js');
  const elk = new elkjs.default();
  const placed: Panel[] = [];
  for (const schema of schemas) {
    const drawings = await placeSchema(elk, schema, references, pageWidth - 2 * panelPadding);
    const choices = drawings.map((drawing): Panel => {
      const width = drawing.width + 2 * panelPadding;
      const height = drawing.height + panelTitle + panelPadding;
      return { schema, drawing, ...nextPlace(placed, { width, height }, pageWidth, gap) };
    });
    const end = ({ y, height }: Panel): number => y + height;
    placed.push(choices.reduce((best, choice) => (end(choice) < end(best) ? choice : best)));
  }
  const width = Math.max(pageWidth, extent(placed).width);
  const panels = widened(placed, width, gap.x);
  const place = nextPlace(panels, legend, width, gap);
  return { panels, legend: place, width, height: extent([...panels, place]).height };
}
