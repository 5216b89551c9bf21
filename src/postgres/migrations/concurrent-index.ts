import type pg from 'pg';
import type { Statement } from './statements.ts';

/** What a `create index concurrently` makes. */
export interface ConcurrentIndex {
  name: string;
  /** As the statement writes it, with its schema where it has one. */
  table: string;
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const statementForm = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(${identifier})\s+on\s+(?:only\s+)?(${identifier}(?:\s*\.\s*${identifier})?)`,
  'i',
);

export const buildsConcurrently = ({ words: [create, ...words] }: Statement): boolean =>
  create === 'create' && /^(unique )?index concurrently\b/.test(words.join(' '));

/** Null for any other statement, and for an index that is left to Postgres to name. */
export function concurrentIndex(statement: Statement): ConcurrentIndex | null {
  if (!buildsConcurrently(statement)) return null;
  const [, name, table] = statementForm.exec(statement.text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')) ?? [];
  if (name === undefined || table === undefined) return null;
  return {
    name: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
    table,
  };
}

export interface FoundIndex {
  /** With its schema, quoted where needed. */
  name: string;
  /** False after a build that failed or was killed: it costs every write, and no query uses it. */
  valid: boolean;
  /** The session that is building it right now. */
  builder: number | null;
}

/** The index of that name on that table; null where there is none. */
export async function findIndex(
  client: pg.Client,
  { name, table }: ConcurrentIndex,
): Promise<FoundIndex | null> {
  const { rows } = await client.query<FoundIndex>(
    `select
      format('%I.%I', n.nspname, c.relname) as name,
      i.indisvalid and i.indisready and i.indislive as valid,
      (select min(p.pid) from pg_stat_progress_create_index p where p.index_relid = c.oid) as builder
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    where i.indrelid = to_regclass($1) and c.relname = $2`,
    [table, name],
  );
  return rows[0] ?? null;
}
