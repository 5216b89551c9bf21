import type { ELK as Elk } from 'elkjs/lib/elk-api.js';
import { groupsOf } from './groups.ts';
import { widthOf } from './measures.ts';
import type { Reference, Schema } from './model.ts';
import { extent, nextPlace, type Placed } from './pack.ts';
import { type Drawing, layerGap, placeGroup } from './place-group.ts';

const gap = { x: layerGap, y: 20 };

/** The drawings that a schema can be, from narrow to as wide as `widest`. */
export async function placeSchema(
  elk: Elk,
  { relations }: Schema,
  references: readonly Reference[],
  widest: number,
): Promise<Drawing[]> {
  const width = widthOf(relations);
  const ids = new Set(relations.map(({ id }) => id));
  // A line between two schemas would cross what lies between: there the mark FK has to do.
  const inside = references.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const groups: Drawing[] = [];
  for (const group of groupsOf(relations, inside))
    groups.push(await placeGroup(elk, group.relations, group.references, width));
  groups.sort((a, b) => b.width - a.width || b.height - a.height);
  const narrowest = groups[0]?.width ?? 0;
  const limits: number[] = [];
  for (let limit = narrowest; limit < widest; limit += width + gap.x) limits.push(limit);
  return [...limits, widest].map((limit) => pack(groups, limit));
}

function pack(groups: readonly Drawing[], width: number): Drawing {
  const placed: Placed[] = [];
  const drawing: Drawing = { width: 0, height: 0, boxes: [], lines: [] };
  for (const group of groups) {
    const place = nextPlace(placed, group, width, gap);
    placed.push(place);
    const moved = <P extends { x: number; y: number }>(point: P): P => ({
      ...point,
      x: point.x + place.x,
      y: point.y + place.y,
    });
    drawing.boxes.push(...group.boxes.map(moved));
    drawing.lines.push(...group.lines.map((line) => ({ ...line, points: line.points.map(moved) })));
  }
  return { ...drawing, ...extent(placed) };
}
