/** Where an instance is not as declared; both sides as a person can read them. */
export interface Difference {
  /** What it is about, e.g. `sql` or `Daily sales revenue: place`. */
  field: string;
  found: string;
  declared: string;
}

/** The fields whose two sides are not the same value, whatever the order of their keys. */
export function differences(
  fields: Readonly<Record<string, readonly [found: unknown, declared: unknown]>>,
): Difference[] {
  return Object.entries(fields)
    .map(([field, [found, declared]]) => ({ field, found: shown(found), declared: shown(declared) }))
    .filter(({ found, declared }) => found !== declared);
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? 'none' : typeof value === 'string' ? value : canonical(value);

/** JSON with its keys in order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
