import type pg from 'pg';
import { interruptedError } from '../errors.ts';
import { inTransaction, withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { compile } from './compile.ts';
import { type GivenParameters, parameterValues } from './parameters.ts';
import { queryError } from './query-error.ts';
import type { Question } from './question.ts';

export interface ReportResult {
  question: string;
  title: string;
  /** Values that the parameters had, defaults included. */
  parameters: Record<string, string>;
  columns: ResultColumn[];
  rows: Cell[][];
  /** First and last day (`2018-08-01`) or local hour (`2018-08-01 13:00:00`) that the figures span; missing where there are none. */
  window?: { from: string; to: string };
}

interface ResultColumn {
  name: string;
  type: 'date' | 'timestamp' | 'text' | 'integer' | 'decimal';
}

/** An integer is a number, a decimal an exact decimal string (`13221498.11`), days and timestamps are strings. */
export type Cell = string | number | null;

export interface RunOptions {
  signal?: AbortSignal;
  /** SHOP_TIMEZONE: what a parameter `timezone` is where the caller gives none. */
  timezone?: string;
  /** Milliseconds that PostgreSQL may take for the figures. */
  timeoutMs?: number;
}

/**
 * Asks a question of the database; figures and window are of one snapshot.
 *
 * @throws ShopPipeError of kind `usage` for bad parameters, `environment` where the database can't answer.
 */
export async function runReport(
  target: PgTarget,
  question: Question,
  given: GivenParameters = {},
  options: RunOptions = {},
): Promise<ReportResult> {
  const timed = question.parameters.some((parameter) => parameter.name === 'timezone');
  const values = parameterValues(question, timed ? { timezone: options.timezone, ...given } : given);
  if (options.signal?.aborted) throw interruptedError(`report ${question.name}`);
  return withClient(
    target,
    async (client) => {
      // While it connected nobody listened.
      if (options.signal?.aborted) throw interruptedError(`report ${question.name}`);
      // Ending a client in the middle of a query closes its socket, so the query fails at once.
      const abort = (): void => void client.end().catch(() => undefined);
      options.signal?.addEventListener('abort', abort, { once: true });
      try {
        return await inTransaction(
          client,
          async () => {
            await client.query(`set local statement_timeout = ${Math.trunc(options.timeoutMs ?? 60_000)}`);
            return askQuestion(client, question, values);
          },
          oneSnapshot,
        );
      } catch (error) {
        if (options.signal?.aborted) throw interruptedError(`report ${question.name}`);
        throw queryError(error, question, target);
      } finally {
        options.signal?.removeEventListener('abort', abort);
      }
    },
    { name: `report ${question.name}` },
  );
}

/** Begins a transaction in which figures and window, or many questions, are of one moment. */
export const oneSnapshot = 'begin transaction isolation level repeatable read, read only';

/** Asks in the caller's transaction. @param values - as `parameterValues` gives them. */
export async function askQuestion(
  client: pg.Client,
  question: Question,
  values: ReadonlyMap<string, string>,
): Promise<ReportResult> {
  const { fields, rows } = await client.query<Cell[]>({ ...compile(question.sql, values), rowMode: 'array' });
  const columns = fields.map((field) => ({ name: field.name, type: typeOf(field.dataTypeID) }));
  const window = question.windowSql ? await windowOf(client, question.windowSql, values) : null;
  return {
    question: question.name,
    title: question.title,
    parameters: Object.fromEntries(values),
    columns,
    rows: rows.map((row) => row.map((value, index) => cellOf(value, columns[index]?.type))),
    ...(window ? { window } : {}),
  };
}

async function windowOf(
  client: pg.Client,
  sql: NonNullable<Question['windowSql']>,
  values: ReadonlyMap<string, string>,
): Promise<ReportResult['window'] | null> {
  const { rows } = await client.query<{ window_from: string | null; window_to: string | null }>(
    compile(sql, values),
  );
  const { window_from: from = null, window_to: to = null } = rows[0] ?? {};
  return from === null || to === null ? null : { from, to };
}

// Object ids of PostgreSQL's own types never change (src/include/catalog/pg_type.dat).
const types: Record<number, ResultColumn['type']> = {
  20: 'integer',
  21: 'integer',
  23: 'integer',
  700: 'decimal',
  701: 'decimal',
  1082: 'date',
  1114: 'timestamp',
  1184: 'timestamp',
  1700: 'decimal',
};
const typeOf = (oid: number): ResultColumn['type'] => types[oid] ?? 'text';

function cellOf(value: Cell | undefined, type: ResultColumn['type'] | undefined): Cell {
  if (value === null || value === undefined) return null;
  if (type !== 'integer') return String(value);
  const number = Number(value);
  // Beyond 2^53 a number would lie about the last digits.
  return Number.isSafeInteger(number) ? number : String(value);
}
