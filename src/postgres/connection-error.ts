import { environmentError, type ShopPipeError } from '../errors.ts';
import type { PgTarget } from './target.ts';

/** Says in a user's words why a connection could not be made. The password is in none of them. */
export function connectionError(error: unknown, target: PgTarget): ShopPipeError {
  const code = codeOf(error);
  const where = `${target.host}:${target.port}`;
  switch (code) {
    case '28P01':
    case '28000':
      return environmentError(
        'postgres_login_refused',
        `postgres at ${where} refused the log-in of role ${target.user}`,
        {
          suggestion:
            'check the passwords in .env against the ones the database was made with; shop-pipe up repairs those of its own roles',
          cause: error,
        },
      );
    case '3D000':
      return environmentError(
        'postgres_no_database',
        `postgres at ${where} has no database ${target.database}`,
        {
          suggestion: 'shop-pipe up',
          cause: error,
        },
      );
    case '53300':
      return environmentError(
        'postgres_too_many_connections',
        `postgres at ${where} has no connection left`,
        { cause: error },
      );
    case '57P03':
      return environmentError('postgres_starting', `postgres at ${where} is starting up or shutting down`, {
        suggestion: 'shop-pipe status',
        cause: error,
      });
    default:
      return environmentError(
        'postgres_unreachable',
        `cannot reach postgres at ${where} (${reason(error, code)})`,
        {
          suggestion: 'shop-pipe up',
          cause: error,
        },
      );
  }
}

/** A code of the system says enough; one of Postgres, which answered then, does not. */
const reason = (error: unknown, code: string | undefined): string =>
  code === undefined || /^[0-9A-Z]{5}$/.test(code) ? messageOf(error) : code;

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
