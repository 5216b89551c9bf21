import type { Reference } from './model.ts';
import type { Line, Point } from './place-group.ts';
import { colours, type Palette } from './svg-palette.ts';

/** How far the marks of an end reach. */
const reach = 10;

/**
 * A reference, dashed where nothing enforces it. At the table referred to a bar, one, with a ring where there may be
 * none; at the table that refers a crow's foot, many, or a bar, with a ring since there may be none.
 */
export function lineSvg({ reference, points }: Line, palette: Palette): string {
  const [start] = points;
  const end = points.at(-1);
  if (start === undefined || end === undefined) return '';
  return referenceSvg(path(points), start, end, reference, palette);
}

export function referenceSvg(
  line: string,
  start: Point,
  end: Point,
  { enforced, single, optional }: Pick<Reference, 'enforced' | 'single' | 'optional'>,
  { accent }: Palette,
): string {
  return [
    `<g fill="none" stroke="${accent}" stroke-width="1.25">`,
    `<path d="${line}"${enforced ? '' : ' stroke-dasharray="4 3"'}/>`,
    one(start, 1, optional),
    single ? one(end, -1, true) : many(end),
    '</g>',
  ].join('');
}

/** Right angles with rounded corners. */
function path(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const [from, to] = [near(point, before), near(point, after)];
      return `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
    })
    .join('');
}

/** The point where the curve around `corner` begins or ends. */
function near(corner: Point, other: Point): Point {
  const step = (a: number, b: number): number => a + Math.sign(b - a) * Math.min(4, Math.abs(b - a) / 2);
  return { x: step(corner.x, other.x), y: step(corner.y, other.y) };
}

function one({ x, y }: Point, direction: 1 | -1, optional: boolean): string {
  const bar = `<path d="M${x + direction * 5} ${y - 5}v10"/>`;
  return optional ? bar + ring(x + direction * reach, y) : bar;
}

const many = ({ x, y }: Point): string =>
  `<path d="M${x} ${y - 5}L${x - reach} ${y}L${x} ${y + 5}"/>${ring(x - reach - 3, y)}`;

const ring = (x: number, y: number): string => `<circle cx="${x}" cy="${y}" r="3" fill="${colours.page}"/>`;
