import type pg from 'pg';
import type { Column, Value } from './portal.ts';
import type { Sink, StatementDone } from './run.ts';

export interface SqlResult {
  /** Of the statement's first word in its source. */
  line: number;
  tag: string | null;
  /** Null for a statement that returns no rows. */
  columns: { name: string; type: string }[] | null;
  rows: (string | number | boolean | null)[][];
  truncated: boolean;
}

/** Keeps every result, for a document. */
export class DocumentSink implements Sink {
  readonly #results: { done: StatementDone; rows: Value[][] }[] = [];
  #rows: Value[][] = [];

  page(_columns: readonly Column[], rows: readonly Value[][]): void {
    for (const row of rows) this.#rows.push([...row]);
  }

  done(statement: StatementDone): void {
    this.#results.push({ done: statement, rows: this.#rows });
    this.#rows = [];
  }

  /** Asks for the names of the types, so it comes last. */
  async results(client: pg.Client): Promise<SqlResult[]> {
    const ids = new Set(
      this.#results.flatMap(({ done }) => (done.columns ?? []).map(({ typeId }) => typeId)),
    );
    const names = await typeNames(client, [...ids]);
    return this.#results.map(({ done: { line, tag, columns, truncated }, rows }) => ({
      line,
      tag,
      columns: columns?.map(({ name, typeId }) => ({ name, type: names.get(typeId) ?? 'unknown' })) ?? null,
      rows: rows.map((row) => row.map((value, i) => jsonValue(value, columns?.[i]?.typeId ?? 0))),
      truncated,
    }));
  }
}

/**
 * Booleans and numbers that JSON readers hold exactly (int2, int4, oid, float4, float8) as such; everything else, bigint and
 * numeric first, as the text that Postgres prints.
 */
function jsonValue(value: Value, typeId: number): string | number | boolean | null {
  if (value === null) return null;
  if (typeId === 16) return value === 't';
  if (![21, 23, 26, 700, 701].includes(typeId)) return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

async function typeNames(client: pg.Client, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<{ id: number; name: string }>(
    'select id, pg_catalog.format_type(id, null) as name from pg_catalog.unnest($1::pg_catalog.oid[]) as id',
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
