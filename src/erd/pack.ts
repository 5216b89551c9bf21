import type { Size } from './measures.ts';

export interface Placed extends Size {
  x: number;
  y: number;
}

/** Between what lies beside each other, and below each other. */
export interface Gap {
  x: number;
  y: number;
}

/** Where `item` comes to lie as high as it can, then as far left as it can, beside and below what is `placed` already. */
export function nextPlace(placed: readonly Placed[], item: Size, width: number, gap: Gap): Placed {
  const { width: wide, height } = item;
  const lefts = [0, ...placed.map((other) => other.x + other.width + gap.x)].toSorted(ascending);
  const tops = [0, ...placed.map((other) => other.y + other.height + gap.y)].toSorted(ascending);
  const places = tops.flatMap((y) => lefts.map((x): Placed => ({ x, y, width: wide, height })));
  const fits = (place: Placed): boolean =>
    (place.x === 0 || place.x + wide <= width) && !placed.some((other) => near(other, place, gap));
  // Below everything there is always room.
  return places.find(fits) ?? { x: 0, y: tops.at(-1) ?? 0, width: wide, height };
}

const ascending = (a: number, b: number): number => a - b;

const near = (a: Placed, b: Placed, gap: Gap): boolean =>
  a.x < b.x + b.width + gap.x &&
  b.x < a.x + a.width + gap.x &&
  a.y < b.y + b.height + gap.y &&
  b.y < a.y + a.height + gap.y;

/** Makes each as wide as it can be without coming near another one, so that right edges line up. */
export function widened<P extends Placed>(placed: readonly P[], width: number, gap: number): P[] {
  return placed.map((one) => {
    const beside = placed.filter(
      (other) => other.x > one.x && other.y < one.y + one.height && one.y < other.y + other.height,
    );
    return { ...one, width: Math.min(width, ...beside.map(({ x }) => x - gap)) - one.x };
  });
}

/** The size of all that was placed. */
export const extent = (placed: readonly Placed[]): Size => ({
  width: Math.max(0, ...placed.map(({ x, width }) => x + width)),
  height: Math.max(0, ...placed.map(({ y, height }) => y + height)),
});
