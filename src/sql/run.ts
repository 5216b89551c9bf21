import type pg from 'pg';
import { usageError } from '../errors.ts';
import type { Statement } from '../postgres/migrations/statements.ts';
import { sqlFailure } from './failure.ts';
import { type Column, Portal, type Value } from './portal.ts';
import type { Source } from './source.ts';

export interface StatementDone {
  /** Null for a statement that returns no rows. */
  columns: readonly Column[] | null;
  /** What Postgres says, e.g. `INSERT 0 3`; null where not all of its rows were wanted. */
  tag: string | null;
  /** Rows that were handed over. */
  rows: number;
  truncated: boolean;
  line: number;
}

/** Who takes what statements return. */
export interface Sink {
  /** A page of rows; one without any comes where there are none. Nothing more is read until it is done. */
  page(columns: readonly Column[], rows: readonly Value[][]): void | Promise<void>;
  done(statement: StatementDone): void | Promise<void>;
}

export interface RunOptions {
  /** Rows per statement; null for all. */
  maxRows: number | null;
  signal?: AbortSignal | undefined;
}

const pageRows = 1000;

/**
 * Runs the statements of a source one after the other, each by itself unless the source begins a transaction, and stops
 * at the first that fails.
 *
 * @throws SqlFailure with line, column and SQLSTATE.
 */
export async function runStatements(
  client: pg.Client,
  source: Source,
  sink: Sink,
  { maxRows, signal }: RunOptions,
): Promise<void> {
  const copy = source.statements.find(copiesThroughClient);
  if (copy) {
    throw usageError(
      'copy_through_client',
      `${source.name} line ${copy.line}: copy from stdin and to stdout need a client that has files`,
      "for figures out of it: shop-pipe sql -c 'select …' --format csv",
    );
  }
  for (const statement of source.statements) {
    try {
      signal?.throwIfAborted();
      await sink.done(await runStatement(client, statement, sink, { maxRows, signal }));
    } catch (error) {
      const interrupted = signal?.aborted ?? false;
      throw sqlFailure(error, { source, statement, role: client.user ?? '', interrupted });
    }
  }
}

async function runStatement(
  client: pg.Client,
  { text, line }: Statement,
  sink: Sink,
  { maxRows, signal }: RunOptions,
): Promise<StatementDone> {
  // One row more than is wanted tells that there are more.
  const portal = client.query(
    new Portal(text, maxRows === null ? pageRows : Math.min(pageRows, maxRows + 1)),
  );
  let rows = 0;
  let truncated = false;
  for (;;) {
    const page = await portal.page();
    if (signal?.aborted) {
      // A server that waits to be asked for the next page hears no cancel.
      await portal.stop();
      signal.throwIfAborted();
    }
    if (page === null && (rows > 0 || portal.columns === null)) break;
    const wanted = maxRows === null ? (page ?? []) : (page ?? []).slice(0, maxRows - rows);
    if (portal.columns !== null) await sink.page(portal.columns, wanted);
    rows += wanted.length;
    if (page === null) break;
    truncated = wanted.length < page.length;
    if (truncated) break;
  }
  if (truncated) await portal.stop();
  return { columns: portal.columns, tag: portal.tag, rows, truncated, line };
}

const copiesThroughClient = ({ text, words }: Statement): boolean =>
  words[0] === 'copy' && /\b(from\s+stdin|to\s+stdout)\b/i.test(text);
