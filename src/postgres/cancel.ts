import type pg from 'pg';
import { withClient } from './connection.ts';
import type { PgTarget } from './target.ts';

/**
 * While `work` runs, an abort cancels whatever statement its session is in (pg has no signal of its own): the statement
 * ends with 57014, the transaction rolls back, and the server is not left working for nobody.
 */
export async function cancelOnAbort<T>(
  target: PgTarget,
  client: pg.Client,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const pid = sessionPid(client);
  const cancel = (): void => {
    // A lost connection cannot be cancelled, and need not be.
    void withClient(target, (other) => other.query('select pg_cancel_backend($1)', [pid]), {
      name: 'cancel',
    }).catch(() => undefined);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** The server process of a session; @types/pg does not know the property. */
export const sessionPid = (client: pg.Client): number =>
  (client as unknown as { processID: number }).processID;
