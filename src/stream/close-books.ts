import { hostname } from 'node:os';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { identify } from '../process/process-table.ts';
import { streamLockKey } from './ledger.ts';

/**
 * Writes `stopped` into the books of a stream whose driver was killed on this machine before it could: what was stopped
 * must not go on looking as if it had failed. A driver elsewhere, or one that lives, is left alone. Best effort.
 */
export async function closeBooks(owner: PgTarget, stream: string): Promise<void> {
  try {
    await withClient(
      owner,
      async (client) => {
        const { rows } = await client.query<{ pid: number | null; epoch: string }>(
          `select pid, epoch
          from ops.streams
          where name = $1 and host = $2 and state in ('starting', 'running', 'waiting')`,
          [stream, hostname()],
        );
        const [row] = rows;
        if (row === undefined || (row.pid !== null && identify(row.pid) !== null)) return;
        // In the same statement: who holds the lock, or has taken the stream since, says itself what it is at.
        await client.query(
          `update ops.streams
          set state = 'stopped', detail = null
          where name = $1 and epoch = $2 and pg_try_advisory_xact_lock(${streamLockKey})`,
          [stream, row.epoch],
        );
      },
      { timeoutMs: 3_000 },
    );
  } catch {
    // Postgres is away: the next start finds the lock free and writes its own state.
  }
}
