import type pg from 'pg';
import type { Column, Model, Reference, Relation, Schema } from './model.ts';
import { sharedKeys } from './shared-keys.ts';

/** In the order in which data goes through them; other schemas follow by name. */
const order = ['shop', 'curated', 'live', 'ops'];

/**
 * Tables and views with their columns. Left out: partitions, which are their parent again; staging, which holds rows on
 * their way only; `public`, where nothing but the ledger of migrations is.
 */
const relationsSql = `
  select
    n.nspname as schema,
    obj_description(n.oid, 'pg_namespace') as comment,
    c.relname as name,
    obj_description(c.oid, 'pg_class') as relation_comment,
    case when c.relkind in ('v', 'm') then 'view' else 'table' end as kind,
    pg_get_partkeydef(c.oid) as partitioned,
    a.attname as column,
    format_type(a.atttypid, a.atttypmod) as type,
    col_description(c.oid, a.attnum) as column_comment,
    case when c.relkind in ('r', 'p') then a.attnotnull end as not_null,
    coalesce(a.attnum = any (p.conkey), false) as primary,
    exists (
      select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)
    ) as foreign
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_constraint p on p.conrelid = c.oid and p.contype = 'p'
  where c.relkind in ('r', 'p', 'v', 'm')
    and not c.relispartition
    and n.nspname !~ '^pg_|_stage$'
    and n.nspname not in ('information_schema', 'public')
  order by n.nspname collate "C", c.relname collate "C", a.attnum`;

/** Foreign keys; those that a partition inherits are its parent's. */
const referencesSql = `
  select
    format('%s.%s', n.nspname, c.relname) as from,
    format('%s.%s', rn.nspname, r.relname) as to,
    (select array_agg(a.attname::text order by k.ord)
     from unnest(f.conkey) with ordinality k (num, ord)
     join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num) as columns,
    (select array_agg(a.attname::text order by k.ord)
     from unnest(f.confkey) with ordinality k (num, ord)
     join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num) as keys,
    true as enforced,
    exists (
      select from pg_constraint u
      where u.conrelid = f.conrelid and u.contype in ('p', 'u') and u.conkey <@ f.conkey
    ) as single,
    exists (
      select from pg_attribute a where a.attrelid = f.conrelid and a.attnum = any (f.conkey) and not a.attnotnull
    ) as optional
  from pg_constraint f
  join pg_class c on c.oid = f.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class r on r.oid = f.confrelid
  join pg_namespace rn on rn.oid = r.relnamespace
  where f.contype = 'f' and f.conparentid = 0
  order by n.nspname collate "C", c.relname collate "C", f.conname collate "C"`;

interface RelationRow {
  schema: string;
  comment: string | null;
  name: string;
  relation_comment: string | null;
  kind: Relation['kind'];
  partitioned: string | null;
  column: string;
  type: string;
  column_comment: string | null;
  not_null: boolean | null;
  primary: boolean;
  foreign: boolean;
}

/** Reads pg_catalog, which every role may. */
export async function readModel(client: pg.Client): Promise<Model> {
  const { rows } = await client.query<RelationRow>(relationsSql);
  const schemas = inOrder(group(rows));
  const drawn = new Set(schemas.flatMap(({ relations }) => relations.map(({ id }) => id)));
  const { rows: foreign } = await client.query<Reference>(referencesSql);
  const enforced = foreign.filter(({ from, to }) => drawn.has(from) && drawn.has(to));
  return { schemas, references: [...enforced, ...sharedKeys(schemas, enforced)] };
}

function group(rows: readonly RelationRow[]): Schema[] {
  const schemas = new Map<string, Schema>();
  const relations = new Map<string, Relation>();
  for (const row of rows) {
    const { schema: name, comment, kind, partitioned } = row;
    const schema = schemas.get(name) ?? { name, comment, relations: [] };
    schemas.set(name, schema);
    const id = `${name}.${row.name}`;
    let relation = relations.get(id);
    if (relation === undefined) {
      relation = {
        id,
        name: row.name,
        kind,
        comment: row.relation_comment,
        partitioned: partitioned?.toLowerCase() ?? null,
        columns: [],
      };
      relations.set(id, relation);
      schema.relations.push(relation);
    }
    relation.columns.push(columnOf(row));
  }
  return [...schemas.values()];
}

const columnOf = (row: RelationRow): Column => ({
  name: row.column,
  type: shortType(row.type),
  comment: row.column_comment,
  notNull: row.not_null,
  primary: row.primary,
  foreign: row.foreign,
});

const shortType = (type: string): string =>
  type
    .replace('timestamp with time zone', 'timestamptz')
    .replace('timestamp without time zone', 'timestamp')
    .replace('character varying', 'varchar')
    .replace('double precision', 'float8');

function inOrder(schemas: Schema[]): Schema[] {
  const place = ({ name }: Schema): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return schemas.toSorted((a, b) => place(a) - place(b));
}
