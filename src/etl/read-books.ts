import type pg from 'pg';
import { environmentError } from '../errors.ts';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { inBooks } from '../stream/books-error.ts';

/**
 * Runs `work` in one read-only snapshot of the shop's database.
 *
 * @throws ShopPipeError `not_migrated`, `unknown_timezone`, and as `connect`.
 */
export async function readBooks<T>(
  owner: PgTarget,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  try {
    return await inBooks(owner, () =>
      withClient(
        owner,
        async (client) => {
          await client.query('begin isolation level repeatable read read only');
          return await work(client);
        },
        { name },
      ),
    );
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // Postgres brings its own list of zones.
    if (code === '22023') {
      throw environmentError('unknown_timezone', `postgres at ${owner.host}:${owner.port} says: ${message}`, {
        suggestion: 'set SHOP_TIMEZONE to a zone that both know, such as UTC',
        cause: error,
      });
    }
    throw error;
  }
}
