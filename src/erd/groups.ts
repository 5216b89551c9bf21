import type { Reference, Relation } from './model.ts';

export interface Group {
  relations: Relation[];
  references: Reference[];
}

/** Tables that references join, directly or through others, are a group; each other table is one by itself. */
export function groupsOf(relations: readonly Relation[], references: readonly Reference[]): Group[] {
  const left = new Set(relations);
  const groups: Group[] = [];
  for (const first of relations) {
    if (!left.delete(first)) continue;
    const ids = new Set([first.id]);
    for (let grew = true; grew; ) {
      const before = ids.size;
      for (const { from, to } of references) {
        if (ids.has(from)) ids.add(to);
        if (ids.has(to)) ids.add(from);
      }
      grew = ids.size > before;
    }
    const members = relations.filter(({ id }) => ids.has(id));
    for (const member of members) left.delete(member);
    groups.push({ relations: members, references: references.filter(({ from }) => ids.has(from)) });
  }
  return groups;
}
