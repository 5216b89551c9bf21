/** What is drawn: the tables and views of a database as its catalogue has them. */
export interface Model {
  schemas: Schema[];
  references: Reference[];
}

export interface Schema {
  name: string;
  comment: string | null;
  relations: Relation[];
}

export interface Relation {
  /** With its schema, as `references` names it, e.g. `shop.orders`. */
  id: string;
  name: string;
  kind: 'table' | 'view';
  comment: string | null;
  /** How it is partitioned, e.g. `range (order_date)`; null for a table that is not. */
  partitioned: string | null;
  columns: Column[];
}

export interface Column {
  name: string;
  /** As short as Postgres knows it, e.g. `timestamptz`. */
  type: string;
  comment: string | null;
  /** Null of a view's column, which the catalogue says nothing of. */
  notNull: boolean | null;
  /** Is, or belongs to, the primary key. */
  primary: boolean;
  /** Is, or belongs to, a foreign key. */
  foreign: boolean;
}

export interface Reference {
  /** The table that refers, and its columns. */
  from: string;
  columns: string[];
  /** The table referred to, and its columns. */
  to: string;
  keys: string[];
  /** Whether Postgres holds it. Otherwise the column has the name and type of the other table's key, and no more. */
  enforced: boolean;
  /** Whether a row of `to` has at most one of `from`. */
  single: boolean;
  /** Whether a row of `from` may have none of `to`. */
  optional: boolean;
}
