import { dataError, environmentError, ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';

const unchanged = 'nothing was changed';

/** Says in a user's words what an error of Postgres during a seed means; leaves others as they are. */
export function seedError(error: unknown, target: PgTarget): unknown {
  if (error instanceof ShopPipeError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const sqlState = typeof code === 'string' ? code : '';
  const text = typeof message === 'string' ? message : String(error);
  const where = `${target.host}:${target.port}`;
  if (sqlState === '55P03' || sqlState === '40P01') {
    return environmentError(
      'shop_tables_busy',
      `the tables of database ${target.database} stayed locked: ${unchanged}`,
      {
        suggestion:
          'wait until the etl, migration or query that holds them has ended, then run this command again',
        cause: error,
      },
    );
  }
  if (/^(42P01|3F000|42703|42883)$/.test(sqlState)) {
    return dataError('not_migrated', `database ${target.database} lacks what a seed needs (${text})`, {
      suggestion: 'shop-pipe migrate up',
      cause: error,
    });
  }
  if (sqlState === '42501') {
    return environmentError('not_owner', `role ${target.user} may not seed ${target.database} (${text})`, {
      suggestion: 'set POSTGRES_USER and POSTGRES_PASSWORD to the role that ran the migrations',
      cause: error,
    });
  }
  if (sqlState === '25006') {
    return environmentError('postgres_read_only', `database ${target.database} may only be read (${text})`, {
      suggestion: 'set POSTGRES_HOST to the primary, or default_transaction_read_only of the database to off',
      cause: error,
    });
  }
  if (/^53[12]00$/.test(sqlState)) {
    return environmentError(
      'postgres_out_of_space',
      `postgres at ${where} ran out of space (${text}): ${unchanged}`,
      {
        cause: error,
      },
    );
  }
  if (
    /^(57P0[123]|08...|ECONNRESET|EPIPE)$/.test(sqlState) ||
    /connection terminated|not queryable/i.test(text)
  ) {
    return environmentError(
      'postgres_connection_lost',
      `lost the connection to postgres at ${where} in the middle of the seed`,
      {
        suggestion:
          'shop-pipe status, then run this command again: a seed is one transaction, so half of one is never left',
        cause: error,
      },
    );
  }
  return error;
}
