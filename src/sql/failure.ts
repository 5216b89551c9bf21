import { type ErrorKind, ShopPipeError } from '../errors.ts';
import type { Statement } from '../postgres/migrations/statements.ts';
import { excerpt, type Place } from './excerpt.ts';
import type { Source } from './source.ts';

/** A statement that the database refused. */
export class SqlFailure extends ShopPipeError {
  /** For people: the line with a caret, then what Postgres adds. */
  readonly details: readonly string[];

  constructor(kind: ErrorKind, code: string, message: string, options: Options) {
    super(kind, code, message, { suggestion: options.suggestion, cause: options.cause });
    this.name = 'SqlFailure';
    this.details = options.details;
  }
}

interface Options {
  details: string[];
  suggestion?: string | undefined;
  cause: unknown;
}

interface PostgresError {
  code?: string;
  message?: string;
  position?: string;
  detail?: string;
  hint?: string;
  where?: string;
}

/** Says where in the source it failed and why, with the SQLSTATE. */
export function sqlFailure(
  error: unknown,
  {
    source,
    statement,
    role,
    interrupted,
  }: { source: Source; statement: Statement; role: string; interrupted: boolean },
): ShopPipeError {
  if (error instanceof ShopPipeError) return error;
  const { code, message = String(error), position, detail, hint, where } = error as PostgresError;
  const place = placeOf(statement, Number(position ?? 1));
  const at = `${source.name} line ${place.line}, column ${place.column}`;
  const details = [excerpt(source.text, place)];
  if (detail) details.push(`detail: ${detail}`);
  if (where) details.push(`context: ${where.split('\n')[0]}`);
  const failure = (kind: ErrorKind, name: string, what: string, suggestion?: string): SqlFailure =>
    new SqlFailure(kind, name, `${at}: ${what}`, { details, suggestion, cause: error });
  if (interrupted) return failure('interrupted', 'interrupted', 'cancelled; what was committed before stays');
  const said = `${message.replaceAll('\n', ' ')}${code === undefined ? '' : ` (${code})`}`;
  switch (code) {
    case '42501': // insufficient_privilege
    case '25006': // read_only_sql_transaction
      return failure(
        'environment',
        'sql_not_permitted',
        `role ${role} may not do this: ${said}`,
        ownerWay(role),
      );
    case '57014': // query_canceled: nobody here did it
      return failure('environment', 'sql_cancelled', said, hint);
    default:
      // 08: connection, 53: out of disk, memory or connections, 57P: shut down, 58: the server's files; no code: the socket.
      return code === undefined || /^(08|53|57P|58|E[A-Z])/.test(code)
        ? failure('environment', 'sql_interrupted', said, 'shop-pipe status')
        : failure('data', 'sql_failed', said, hint);
  }
}

const ownerWay = (role: string): string | undefined =>
  role.startsWith('shop_') && role !== 'shop_owner' ? 'shop-pipe sql --as owner' : undefined;

/** Postgres counts characters from 1, in the statement that it was sent. */
function placeOf(statement: Statement, position: number): Place {
  const before = Array.from(statement.text)
    .slice(0, position - 1)
    .join('')
    .split('\n');
  const last = Array.from(before.at(-1) ?? '').length;
  return {
    line: statement.line + before.length - 1,
    column: before.length === 1 ? statement.column + last : last + 1,
  };
}
