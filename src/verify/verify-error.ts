import { environmentError, interruptedError, ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';

/** Says in a user's words why the comparison could not be made. */
export function verifyError(error: unknown, owner: PgTarget, signal: AbortSignal | undefined): Error {
  if (error instanceof ShopPipeError) return error;
  if (signal?.aborted) return interruptedError('verify reads only; nothing was changed');
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    // A table, schema, column or function that the migrations make.
    case '42P01':
    case '3F000':
    case '42703':
    case '42883':
      return environmentError('not_migrated', `database ${owner.database} lacks a migration: ${message}`, {
        suggestion: 'shop-pipe migrate up',
        cause: error,
      });
    case '42501':
      return environmentError('not_permitted', `role ${owner.user} may not compare: ${message}`, {
        suggestion: 'set POSTGRES_USER and POSTGRES_PASSWORD to the role that ran the migrations',
        cause: error,
      });
    case '22023':
      return environmentError(
        'unknown_timezone',
        `postgres at ${owner.host}:${owner.port} says: ${message}`,
        {
          suggestion: 'set SHOP_TIMEZONE to a zone that both know, such as UTC',
          cause: error,
        },
      );
    default: {
      const said = code === undefined ? message : `${message} (${code})`;
      return environmentError(
        'verify_interrupted',
        `the comparison in database ${owner.database} broke off: ${said}`,
        {
          suggestion: 'shop-pipe status',
          cause: error,
        },
      );
    }
  }
}
