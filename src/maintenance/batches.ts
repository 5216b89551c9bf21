import type pg from 'pg';
import { inTransaction } from '../postgres/connection.ts';

export interface PrunedBatches {
  deleted: number;
  /** Messages that these batches had read. */
  read: number;
  /** ISO 8601. */
  before: string;
}

/** The stream cannot commit while its row is locked: so many go in one transaction. */
const atOnce = 20_000;

/**
 * Deletes old batches of every stream, the oldest first and without a gap, and moves their counts to
 * ops.streams.pruned_*, so that the sums of the books still add up.
 */
export async function pruneBatches(
  client: pg.Client,
  days: number,
  signal: AbortSignal,
): Promise<PrunedBatches> {
  const limit = await client.query<{ before: string }>(
    'select (now() - make_interval(days => $1))::text as before',
    [days],
  );
  const before = limit.rows[0]?.before ?? '';
  const streams = await client.query<{ name: string }>('select name from ops.streams order by name');
  const pruned: PrunedBatches = { deleted: 0, read: 0, before: new Date(before).toISOString() };
  for (const { name } of streams.rows) {
    for (;;) {
      signal.throwIfAborted();
      const { deleted, read } = await pruneSome(client, name, before);
      pruned.deleted += deleted;
      pruned.read += read;
      if (deleted < atOnce) break;
    }
  }
  return pruned;
}

function pruneSome(
  client: pg.Client,
  stream: string,
  before: string,
): Promise<{ deleted: number; read: number }> {
  return inTransaction(client, async () => {
    // As a merge does: its row first, then the batches.
    await client.query('select from ops.streams where name = $1 for update', [stream]);
    const { rows } = await client.query<{ deleted: string; read: string }>(
      `with gone as (
        delete from ops.stream_batches
        where stream = $1 and batch_id in (
          select batch_id
          from ops.stream_batches
          where stream = $1 and committed_at < $2 and batch_id < coalesce(
            -- A clock that was set back must not leave a hole among the batches that stay.
            (select min(batch_id) from ops.stream_batches where stream = $1 and committed_at >= $2),
            9223372036854775807
          )
          order by batch_id
          limit ${atOnce}
        )
        returning read
      ),
      sums as (
        select count(*) as deleted, coalesce(sum(read), 0) as read from gone
      ),
      booked as (
        update ops.streams
        set pruned_batches = pruned_batches + deleted, pruned_read = pruned_read + sums.read
        from sums
        where name = $1 and deleted > 0
      )
      select deleted, read from sums`,
      [stream, before],
    );
    return { deleted: Number(rows[0]?.deleted), read: Number(rows[0]?.read) };
  });
}
