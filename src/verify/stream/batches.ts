import type pg from 'pg';
import { type Check, counted, listed, passed } from '../check.ts';
import { advanced, type StreamBooks, verdicts } from './books.ts';

/**
 * The kept batches of each stream: their offsets follow each other without gap or overlap from the ledger's start (or
 * from where retention ended) to its end, every batch accounts for each of its offsets, and together with those that
 * retention took they are the stream's sums.
 */
export async function batchesCheck(client: pg.Client, streams: readonly StreamBooks[]): Promise<Check> {
  const name = 'stream_batches';
  const findings = [
    ...(await brokenSteps(client)),
    ...(await wrongEnds(client)),
    ...(await wrongSums(client)),
  ];
  const batches = streams.reduce((sum, { totals }) => sum + totals.batches, 0);
  const expected = counted(batches, 'batch').replace(/batchs$/, 'batches');
  if (findings.length === 0) return passed(name, expected);
  return { name, ok: false, expected, actual: listed(findings) };
}

/** The ledger's advance is what was read or held no message. */
export function ledgerCheck(streams: readonly StreamBooks[]): Check {
  const name = 'stream_ledger';
  const wrong = streams.filter((stream) => advanced(stream) !== stream.totals.read + stream.totals.skipped);
  const tell = (stream: StreamBooks): string =>
    `${stream.name} advanced by ${counted(advanced(stream), 'offset')} for ${counted(stream.totals.read, 'message')} read and ${stream.totals.skipped} skipped`;
  const offsets = streams.reduce((sum, stream) => sum + advanced(stream), 0);
  if (wrong.length === 0) return passed(name, counted(offsets, 'offset'));
  return { name, ok: false, expected: 'read and skipped', actual: listed(wrong.map(tell)) };
}

const ranges = `
  ranges as (
    select
      stream,
      batch_id,
      entry.key::integer as partition,
      (entry.value ->> 0)::bigint as first,
      (entry.value ->> 1)::bigint as next
    from ops.stream_batches
    cross join jsonb_each(offsets) as entry
  ),
  steps as (
    select
      *,
      lag(next) over (partition by stream, partition order by batch_id) as before,
      lead(first) over (partition by stream, partition order by batch_id) as after
    from ranges
  )`;

async function findingsOf(client: pg.Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ finding: string }>(sql);
  return rows.map(({ finding }) => finding);
}

const brokenSteps = (client: pg.Client): Promise<string[]> =>
  findingsOf(
    client,
    `with ${ranges}
    select format(
      case
        when next < first then 'batch %s of %s goes back on partition %s, from %s to %s'
        when first > before then 'batch %s of %s leaves a gap on partition %s: begins at %s, the one before ended at %s'
        else 'batch %s of %s repeats offsets of partition %s: begins at %s, the one before ended at %s'
      end,
      batch_id, stream, partition, first, case when next < first then next else before end
    ) as finding
    from steps
    where next < first or before <> first
    order by batch_id, partition
    limit 100`,
  );

/** A partition without batches has not advanced, unless retention took them. */
const wrongEnds = (client: pg.Client): Promise<string[]> =>
  findingsOf(
    client,
    `with ${ranges},
    kept as (
      select
        stream,
        partition,
        max(first) filter (where before is null) as first,
        max(next) filter (where after is null) as next
      from steps
      group by stream, partition
    ),
    ends as (
      select
        coalesce(kept.stream, ledger.stream) as stream,
        partition,
        ledger.stream is null as unknown,
        coalesce(kept.first, ledger.next_offset) as first,
        coalesce(kept.next, ledger.next_offset) as next,
        first_offset,
        next_offset
      from kept
      full join ops.stream_offsets as ledger using (stream, partition)
    )
    select case
      when unknown then format('batches of %s read partition %s, which its ledger lacks', stream, partition)
      when next <> next_offset
        then format('the batches of %s end at %s on partition %s, the ledger at %s', stream, next, partition, next_offset)
      else format('the batches of %s begin at %s on partition %s, the ledger at %s', stream, first, partition, first_offset)
    end as finding
    from ends
    join ops.streams on name = ends.stream
    where unknown or next <> next_offset or first < first_offset or (first > first_offset and pruned_batches = 0)
    order by stream, partition
    limit 100`,
  );

const wrongSums = (client: pg.Client): Promise<string[]> =>
  findingsOf(
    client,
    `with sized as (
      select *, (select sum((value ->> 1)::bigint - (value ->> 0)::bigint) from jsonb_each(offsets)) as taken
      from ops.stream_batches
    ),
    wrong as (
      select
        format('batch %s of %s took %s offsets for %s messages read and %s skipped', batch_id, stream, taken, read, skipped)
        as finding
      from sized
      where coalesce(taken, 0) <> read + skipped
      union all
      select format('batch %s of %s read %s messages but accounts for %s', batch_id, stream, read, ${verdicts.join(' + ')})
      from ops.stream_batches
      where read <> ${verdicts.join(' + ')}
    ),
    kept as (
      select
        name as stream,
        count(batch_id) as batches,
        ${[...verdicts, 'read', 'skipped'].map((sum) => `coalesce(sum(kept.${sum}), 0) as ${sum}`).join(',\n        ')}
      from ops.streams
      left join ops.stream_batches as kept on stream = name
      group by name
    ),
    sums as (
      select stream, 'batches' as what, kept.batches + pruned_batches as found, streams.batches as total, false as pruned
      from kept join ops.streams on name = stream
      union all
      select stream, 'read', kept.read + pruned_read, streams.read, false
      from kept join ops.streams on name = stream
      ${[...verdicts, 'skipped']
        .map(
          (sum) => `union all
      select stream, '${sum}', kept.${sum}, streams.${sum}, pruned_batches > 0
      from kept join ops.streams on name = stream`,
        )
        .join('\n      ')}
    )
    select finding from (select finding from wrong limit 100) as wrong
    union all
    select format('the batches of %s sum up to %s %s, the stream says %s', stream, found, what, total)
    from sums
    where found > total or (found < total and not pruned)`,
  );
