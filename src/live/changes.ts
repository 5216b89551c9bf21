import type { FigureName, LiveChange, LiveState } from './state.ts';

/** What changed, as JSON: encoded once for all who watch. */
export type Changed = string;

/** Equal parts are left out; a round after which nothing is new still says when it was. */
export function changesOf(before: LiveState, now: LiveState): Changed {
  const change: LiveChange = {};
  if (before.asOf !== now.asOf) change.asOf = now.asOf;
  if (!same(before.notices, now.notices)) change.notices = now.notices;
  if (!same(before.moves, now.moves)) change.moves = now.moves;
  if (!same(before.health, now.health)) change.health = now.health;
  const figures = Object.entries(now.figures).filter(
    ([name, figure]) => !same(before.figures[name as FigureName], figure),
  );
  if (figures.length > 0) change.figures = Object.fromEntries(figures);
  const rate = now.rates.at(-1);
  if (rate !== undefined && rate !== before.rates.at(-1)) change.rate = rate;
  return JSON.stringify(change);
}

const same = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);
