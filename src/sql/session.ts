import type pg from 'pg';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';

export interface SqlSession {
  client: pg.Client;
  target: PgTarget;
}

/**
 * A connection for SQL by hand. What the server notices on the way goes to `onNotice`, e.g. `notice: table "t" does not
 * exist, skipping`; so does a transaction that was begun and never ended.
 */
export async function inSqlSession<T>(
  target: PgTarget,
  onNotice: (text: string) => void,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  return await withClient(
    target,
    async (client) => {
      client.on('notice', ({ severity, message }) => {
        onNotice(`${(severity ?? 'notice').toLowerCase()}: ${message ?? ''}`);
      });
      const result = await work({ client, target });
      if (client.getTransactionStatus() === 'T') {
        onNotice('warning: the transaction that was begun was never committed, so it is rolled back');
      }
      return result;
    },
    { name: 'sql' },
  );
}
