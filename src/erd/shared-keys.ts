import type { Reference, Relation, Schema } from './model.ts';

/**
 * References that no constraint holds: curated tables are made as a whole, audited and published, so nothing in them is
 * a foreign key, and yet they join. A column counts when its schema has exactly one other table whose primary key is a
 * single column of this name and type. One-word names (`name`, `version`) are too common to mean the same thing.
 */
export function sharedKeys(schemas: readonly Schema[], enforced: readonly Reference[]): Reference[] {
  return schemas.flatMap(({ relations }) => relations.flatMap((from) => of(from, relations, enforced)));
}

function of(from: Relation, relations: readonly Relation[], enforced: readonly Reference[]): Reference[] {
  const own = keyOf(from)?.name;
  return from.columns.flatMap(({ name, type }): Reference[] => {
    if (from.kind !== 'table' || !name.includes('_') || name === own) return [];
    if (enforced.some((reference) => reference.from === from.id && reference.columns.includes(name)))
      return [];
    const targets = relations.filter((other) => {
      const key = keyOf(other);
      return other !== from && key?.name === name && key.type === type;
    });
    const [to] = targets;
    if (to === undefined || targets.length > 1) return [];
    return [
      {
        from: from.id,
        columns: [name],
        to: to.id,
        keys: [name],
        enforced: false,
        single: false,
        optional: false,
      },
    ];
  });
}

function keyOf({ columns }: Relation): Relation['columns'][number] | undefined {
  const primary = columns.filter((column) => column.primary);
  return primary.length === 1 ? primary[0] : undefined;
}
