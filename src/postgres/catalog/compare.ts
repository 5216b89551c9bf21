import type { CatalogObject } from './read.ts';

export interface Difference {
  what: 'only_in_database' | 'missing_in_database' | 'differs';
  kind: string;
  name: string;
  /** What differs of it, e.g. `type`; null where it is on one side only. */
  field: string | null;
  /** The field as the migrations make it; null where it has none. */
  expected: string | null;
  /** The field as it is in the database. */
  actual: string | null;
}

/**
 * What differs between the objects that migrations make and those of a database, by kind and name. What goes with a table
 * that is on one side only is not told beside it.
 */
export function compareCatalogs(
  expected: readonly CatalogObject[],
  actual: readonly CatalogObject[],
): Difference[] {
  const [left, right] = [byKey(expected), byKey(actual)];
  const differences: Difference[] = [];
  const oneSided = (
    what: 'only_in_database' | 'missing_in_database',
    objects: ReadonlyMap<string, CatalogObject>,
    others: ReadonlyMap<string, CatalogObject>,
  ): void => {
    const lonely = [...objects].filter(([key]) => !others.has(key)).map(([, object]) => object);
    const names = new Set(lonely.filter(({ parent }) => parent === null).map(({ name }) => name));
    for (const { kind, name, parent } of lonely) {
      if (parent !== null && names.has(parent)) continue;
      differences.push({ what, kind, name, field: null, expected: null, actual: null });
    }
  };
  oneSided('only_in_database', right, left);
  oneSided('missing_in_database', left, right);
  const moved = tablesOf(differences);
  for (const [key, object] of left) {
    const other = right.get(key);
    if (other) differences.push(...fieldsThatDiffer(object, other, moved));
  }
  return differences.sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

function fieldsThatDiffer(
  expected: CatalogObject,
  actual: CatalogObject,
  moved: ReadonlySet<string>,
): Difference[] {
  const { kind, name, parent } = expected;
  const fields = [...new Set([...Object.keys(expected.facts), ...Object.keys(actual.facts)])];
  return fields.flatMap((field): Difference[] => {
    // A column too many moves those after it: that is one difference.
    if (field === 'position' && parent !== null && moved.has(parent)) return [];
    const [one, two] = [expected.facts[field] ?? null, actual.facts[field] ?? null];
    return one === two
      ? []
      : [{ what: 'differs', kind, name, field, expected: text(one), actual: text(two) }];
  });
}

/** Tables with a column on one side only. */
const tablesOf = (differences: readonly Difference[]): Set<string> =>
  new Set(
    differences.filter(({ kind }) => kind === 'column').map(({ name }) => name.slice(0, lastDot(name))),
  );

/** The dot before the last name, which may be quoted and have dots of its own. */
const lastDot = (name: string): number =>
  name.endsWith('"') ? name.lastIndexOf('."') : name.lastIndexOf('.');

const text = (value: string | number | boolean | null): string | null =>
  value === null ? null : String(value);

const byKey = (objects: readonly CatalogObject[]): Map<string, CatalogObject> =>
  new Map(objects.map((object) => [`${object.kind} ${object.name}`, object]));

const order = ({ what, kind, name, field }: Difference): string => [what, kind, name, field].join(' ');
