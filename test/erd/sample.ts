import type { Column, Model, Reference, Relation } from '../../src/erd/model.ts';

export const column = (name: string, marks: Partial<Column> = {}): Column => ({
  name,
  type: 'bigint',
  comment: null,
  notNull: true,
  primary: false,
  foreign: false,
  ...marks,
});

export const table = (id: string, ...columns: Column[]): Relation => ({
  id,
  name: id.replace(/^.*\./, ''),
  kind: 'table',
  comment: null,
  partitioned: null,
  columns,
});

export const refers = (from: string, to: string, name: string): Reference => ({
  from,
  columns: [name],
  to,
  keys: [name],
  enforced: true,
  single: false,
  optional: false,
});

export const key = (name: string): Column => column(name, { primary: true });

export const model = (relations: Relation[], references: Reference[] = []): Model => ({
  schemas: [{ name: 'shop', comment: null, relations }],
  references,
});
