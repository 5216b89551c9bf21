/**
 * Names in Metabase are not unique, people change them, and an id of one's own is not taken. So what shop-pipe keeps says
 * so in the last line of its description, which is how it is found again.
 */
export type Kept = 'collection' | 'card' | 'dashboard';

/** A description with the mark of the thing `key`. */
export const marked = (description: string, kind: Kept, key: string): string =>
  `${description}\n\nKept by shop-pipe: ${kind} ${key}`;

/** Which thing of that kind a description marks; null for one of a person's own. */
export const keyOf = (description: string | null, kind: Kept): string | null =>
  new RegExp(`(?:^|\\n)Kept by shop-pipe: ${kind} ([a-z0-9_-]+)\\s*$`, 'i').exec(description ?? '')?.[1] ??
  null;

interface Described {
  id: number | string;
  description: string | null;
}

/** The things that are marked, by key. A copy that a person made has the mark as well: the oldest one is ours. */
export function byKey<T extends Described>(
  things: readonly T[],
  kind: Kept,
): Map<string, T & { id: number }> {
  const found = new Map<string, T & { id: number }>();
  for (const thing of things.toSorted((a, b) => Number(a.id) - Number(b.id))) {
    const key = keyOf(thing.description, kind);
    if (key !== null && typeof thing.id === 'number' && !found.has(key))
      found.set(key, thing as T & { id: number });
  }
  return found;
}
