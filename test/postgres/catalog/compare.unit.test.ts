import { expect, it } from 'vitest';
import { compareCatalogs } from '../../../src/postgres/catalog/compare.ts';
import type { CatalogObject } from '../../../src/postgres/catalog/read.ts';

const table: CatalogObject = { kind: 'table', name: 's."a.b"', parent: null, facts: { owner: 'me' } };
const column = (name: string, position: number): CatalogObject => ({
  kind: 'column',
  name: `s."a.b".${name}`,
  parent: table.name,
  facts: { type: 'text', position },
});
const told = (expected: CatalogObject[], actual: CatalogObject[]): string[] =>
  compareCatalogs(expected, actual).map(({ what, kind, name, field }) =>
    [what, kind, name, field].filter(Boolean).join(' '),
  );

it('tells a column too many once, although it moves the others', () => {
  const [before, after] = [
    [table, column('x', 1), column('y', 2)],
    [table, column('"n.m"', 1), column('x', 2), column('y', 3)],
  ];
  expect(told(before, after)).toEqual(['only_in_database column s."a.b"."n.m"']);
  expect(told(after, before)).toEqual(['missing_in_database column s."a.b"."n.m"']);
});

it('tells columns in another order', () => {
  expect(told([table, column('x', 1), column('y', 2)], [table, column('x', 2), column('y', 1)])).toEqual([
    'differs column s."a.b".x position',
    'differs column s."a.b".y position',
  ]);
});

it('tells a table on one side without what goes with it', () => {
  expect(told([], [table, column('x', 1)])).toEqual(['only_in_database table s."a.b"']);
});

it('tells each field, those of one side too', () => {
  const other: CatalogObject = { ...table, facts: { owner: 'you', comment: 'c', none: null } };
  expect(compareCatalogs([table], [other])).toMatchObject([
    { field: 'comment', expected: null, actual: 'c' },
    { field: 'owner', expected: 'me', actual: 'you' },
  ]);
});
