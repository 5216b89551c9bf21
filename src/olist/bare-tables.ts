import type pg from 'pg';

/** A constraint or an index as the statements that drop and remake it, in the catalog's own words. */
interface Piece {
  /** Which goes first when they are remade. */
  phase: 'key' | 'foreign key' | 'check' | 'index';
  table: string;
  drop: string;
  add: string;
  comment: string | null;
}

// search_path is pg_catalog only, so every name that these functions print is qualified. Foreign keys of other tables
// that point here are taken along, or the keys could not be dropped.
const pieces = `
  with bare as (select unnest($1::regclass[]) as relation)
  select
    case contype when 'f' then 'foreign key' when 'c' then 'check' else 'key' end as phase,
    conrelid::regclass::text as table,
    format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
    format('add constraint %I %s', conname, pg_get_constraintdef(oid)) as add,
    case when description is not null
      then format('comment on constraint %I on %s is %L', conname, conrelid::regclass, description) end as comment
  from pg_constraint, obj_description(oid, 'pg_constraint') as description
  where (conrelid in (select relation from bare) or confrelid in (select relation from bare))
    and contype in ('p', 'u', 'x', 'f', 'c')
  union all
  select
    'index',
    indrelid::regclass::text,
    format('drop index %s', indexrelid::regclass),
    pg_get_indexdef(indexrelid),
    case when description is not null
      then format('comment on index %s is %L', indexrelid::regclass, description) end
  from pg_index, obj_description(indexrelid, 'pg_class') as description
  where indrelid in (select relation from bare)
    and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
  order by 4`;

const dropOrder: readonly Piece['phase'][] = ['foreign key', 'check', 'index', 'key'];

/**
 * Takes keys, foreign keys, checks and indexes off `tables`, inside the open transaction, and returns what puts them
 * back: rows that are loaded in between cost a third (`engines.md`). A constraint that the rows break fails there.
 */
export async function stripTables(
  client: pg.Client,
  tables: readonly string[],
): Promise<(onPiece?: (done: number, total: number) => void) => Promise<void>> {
  const found = (await client.query<Piece>(pieces, [tables])).rows;
  const of = (phase: Piece['phase']): Piece[] => found.filter((piece) => piece.phase === phase);
  for (const phase of dropOrder) for (const piece of of(phase)) await client.query(piece.drop);

  return async (onPiece) => {
    let done = 0;
    const remake = async (phase: Piece['phase']): Promise<void> => {
      for (const group of together(of(phase))) {
        await client.query(statementOf(group));
        for (const { comment } of group) if (comment !== null) await client.query(comment);
        done += group.length;
        onPiece?.(done, found.length);
      }
    };
    await remake('key');
    // The foreign keys' check is one join per key: statistics choose a hash join, without them it may be a nested loop.
    await client.query(`analyze ${tables.join(', ')}`);
    await remake('foreign key');
    await remake('check');
    await remake('index');
  };
}

/** What one statement remakes: all checks of a table, which cost one look at each row then; else piece by piece. */
function together(found: readonly Piece[]): Piece[][] {
  const groups = new Map<string, Piece[]>();
  for (const piece of found) {
    const key = piece.phase === 'check' ? piece.table : `${piece.table} ${piece.add}`;
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  return [...groups.values()];
}

function statementOf(group: readonly Piece[]): string {
  const adds = group.map(({ add }) => add).join(', ');
  const [first] = group;
  return !first || first.phase === 'index' ? adds : `alter table ${first.table} ${adds}`;
}
