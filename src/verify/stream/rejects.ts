import type pg from 'pg';
import { type Check, listed, passed } from '../check.ts';
import type { StreamBooks } from './books.ts';

/**
 * From which offset on every reject of a stream has to be there: the ledger's start, unless retention took the rejects
 * from before an instant, which is ops.settings `rejects_pruned` (`{"before": …}`). The batches know which offsets were
 * read since. A batch is dated by the end of its transaction, its rejects by the start, and no merge takes ten minutes.
 */
const kept = `
  limits as (
    select (
      select (value ->> 'before')::timestamptz + interval '10 minutes' from ops.settings where name = 'rejects_pruned'
    ) as since
  ),
  recent as (
    select stream, entry.key::integer as partition, min((entry.value ->> 0)::bigint) as first
    from limits
    join ops.stream_batches on committed_at >= since
    cross join jsonb_each(offsets) as entry
    group by 1, 2
  ),
  kept as (
    select
      stream,
      partition,
      case when since is null then first_offset else coalesce(recent.first, next_offset) end as first,
      next_offset as next
    from limits
    cross join ops.stream_offsets
    left join recent using (stream, partition)
  )`;

/**
 * SQL condition on rows of ops.rejects: of the ledger as it is. One of before a reset has a position in a topic that may
 * have been made again.
 */
export const ofThisLedger = `rejected_at >= coalesce(
    (select (value ->> 'at')::timestamptz from ops.settings where name = 'stream_reset'),
    '-infinity'
  )`;

/** By stream and partition: rejects at lower offsets may be gone. */
export async function rejectsKeptFrom(client: pg.Client): Promise<Map<string, Map<number, number>>> {
  const { rows } = await client.query<{ stream: string; partition: number; first: string }>(
    `with ${kept} select stream, partition, first from kept`,
  );
  const from = new Map<string, Map<number, number>>();
  for (const { stream, partition, first } of rows)
    from.set(stream, (from.get(stream) ?? new Map()).set(partition, Number(first)));
  return from;
}

/**
 * What each stream counts as rejected is in ops.rejects, once per position: all of it, or what was read since retention
 * took the older ones. A replay leaves the row and sends a new message, which has a position of its own.
 */
export async function rejectsCheck(client: pg.Client, streams: readonly StreamBooks[]): Promise<Check> {
  const name = 'stream_rejects';
  const { rows } = await client.query<{ stream: string; expected: string; found: string; pruned: boolean }>(
    `with ${kept}
    select
      name as stream,
      since is not null as pruned,
      case when since is null then rejected else (
        select coalesce(sum(batch.rejected), 0) from ops.stream_batches as batch where stream = name and committed_at >= since
      ) end as expected,
      (
        select count(distinct (kafka_partition, kafka_offset))
        from ops.rejects
        join kept on partition = kafka_partition and kafka_offset >= first and kafka_offset < next
        where source = topic and stream = name and ${ofThisLedger}
      ) as found
    from ops.streams
    cross join limits
    order by name`,
  );
  const wrong = rows.filter(({ expected, found }) => expected !== found);
  const rejected = streams.reduce((sum, { totals }) => sum + totals.rejected, 0);
  if (wrong.length === 0) return passed(name, rejected);
  const tell = ({ stream, expected, found, pruned }: (typeof rows)[number]): string =>
    `${found} of ${expected} that ${stream} rejected${pruned ? ' since retention took the older ones' : ''} are in ops.rejects`;
  return { name, ok: false, expected: rejected, actual: listed(wrong.map(tell)) };
}
