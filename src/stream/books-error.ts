import { environmentError, ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';

/** Says in a user's words why the stream's tables could not be read or written. */
export async function inBooks<T>(owner: PgTarget, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ShopPipeError) throw error;
    const { code = '', message } = error as { code?: string; message: string };
    // A schema, table or column that the migrations make.
    if (['42P01', '3F000', '42703'].includes(code)) {
      throw environmentError('not_migrated', `database ${owner.database} lacks a migration: ${message}`, {
        suggestion: 'shop-pipe migrate up',
        cause: error,
      });
    }
    if (/^(57P|08|E[A-Z]{3,}$)/.test(code) || /connection terminated|not queryable/i.test(message)) {
      const where = `${owner.host}:${owner.port}`;
      throw environmentError('postgres_unreachable', `lost postgres at ${where} (${code || message})`, {
        suggestion: 'shop-pipe up',
        cause: error,
      });
    }
    throw error;
  }
}
