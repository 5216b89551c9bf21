"""The ledger's side of a merge: which part of what was planned is still to come, and the advance afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg.types.numeric import Int8

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.latency import bucket_sql
from shop_pipe_jobs.stream.ledger import Claim, superseded

Ranges = Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Trimmed:
    """What a merge is to take."""

    # As planned; a range [first, next) per partition.
    planned: Ranges
    # What of it the tables don't have yet.
    ranges: Ranges
    # The ledger's next offset of every partition, before the merge.
    committed: Mapping[int, int]

    @property
    def nothing_left(self) -> bool:
        return all(first >= following for first, following in self.ranges.values())

    @property
    def reached(self) -> dict[int, int]:
        """The ledger's next offset of every partition, after the merge."""
        return {**self.committed, **{p: max(self.committed[p], following) for p, (_, following) in self.ranges.items()}}

    @property
    def offsets(self) -> int:
        """Offsets that are still to come, whether they hold a message or not."""
        return sum(following - first for first, following in self.ranges.values())

    def bounds(self) -> dict[str, list[Int8]]:
        """Arrays by partition for the SQL: planned first, first that is still to come, next; -1: nothing is planned."""
        width = max(self.planned, default=-1) + 1
        first, start, following = [-1] * width, [-1] * width, [-1] * width
        for partition, (planned_first, planned_next) in self.planned.items():
            first[partition], start[partition] = planned_first, self.ranges[partition][0]
            following[partition] = planned_next
        return {"first": bigints(first), "start": bigints(start), "next": bigints(following)}


def bigints(values: Iterable[int]) -> list[Int8]:
    """Of one type, so that a statement is prepared once: psycopg would take the smallest that fits the values."""
    return [Int8(value) for value in values]


def lock_ledger(connection: Connection, claim: Claim, planned: Ranges) -> Trimmed:
    """Locks the stream's rows until the transaction ends. Raises JobError `superseded`, or data `gap`."""
    row = connection.execute("select epoch from ops.streams where name = %s for update", (claim.stream,)).fetchone()
    if row is None or row[0] != claim.epoch:
        raise superseded(claim)
    committed: dict[int, int] = dict(
        connection.execute(
            "select partition, next_offset from ops.stream_offsets where stream = %s order by partition for update",
            (claim.stream,),
        ).fetchall()
    )
    new = {partition: first for partition, (first, _) in planned.items() if partition not in committed}
    if new:
        connection.execute(
            """
            insert into ops.stream_offsets (stream, partition, first_offset, next_offset)
            select %s, partition, first, first
            from unnest(%s::integer[], %s::bigint[]) as new (partition, first)
            """,
            (claim.stream, list(new), list(new.values())),
        )
        committed |= new
    for partition, (first, _) in planned.items():
        if first > committed[partition]:
            raise _gap(claim, partition, committed[partition], first)
    ranges = {
        partition: (min(max(first, committed[partition]), following), following)
        for partition, (first, following) in planned.items()
    }
    return Trimmed(planned, ranges, committed)


def _gap(claim: Claim, partition: int, following: int, first: int) -> JobError:
    return JobError(
        "data",
        "gap",
        f"stream {claim.stream} is at offset {following} of partition {partition}, but the batch begins at {first}",
        "shop-pipe stream start (it begins where the ledger is)",
    )


# In one statement: the batch's row, and with it what follows from it.
_ADVANCE = f"""
with latency as materialized (
  select coalesce(jsonb_object_agg(bucket, messages), '{{}}') as buckets
  from (
    select
      {bucket_sql("1000 * date_part('epoch', clock_timestamp() - produced_at)")} as bucket,
      sum(messages) as messages
    from stream_arrival
    group by bucket
  ) as counted
),
ledger as (
  update ops.stream_offsets
  set next_offset = advance.next_offset
  from unnest(%(partitions)s::bigint[], %(next_offsets)s::bigint[]) as advance (partition, next_offset)
  where stream_offsets.stream = %(stream)s and stream_offsets.partition = advance.partition
),
totals as (
  update ops.streams
  set
    heartbeat_at = clock_timestamp(),
    batches = batches + 1,
    read = read + %(read)s,
    applied = applied + %(applied)s,
    superseded = superseded + %(superseded)s,
    stale = stale + %(stale)s,
    duplicate = duplicate + %(duplicate)s,
    rejected = rejected + %(rejected)s,
    skipped = skipped + %(skipped)s
  where name = %(stream)s
)
insert into ops.stream_batches (
  stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds
)
select
  %(stream)s, %(epoch)s, %(offsets)s, %(read)s, %(applied)s, %(superseded)s, %(stale)s, %(duplicate)s, %(rejected)s,
  %(skipped)s, buckets, %(seconds)s
from latency
returning batch_id, latency
"""


def advance_ledger(
    connection: Connection, claim: Claim, trimmed: Trimmed, counts: Mapping[str, int], seconds: Mapping[str, float]
) -> tuple[int, dict[int, int]]:
    """Writes the batch into the books: its id, and how many messages had which latency (by bucket)."""
    taken = {partition: bounds for partition, bounds in trimmed.ranges.items() if bounds[0] < bounds[1]}
    row = connection.execute(
        _ADVANCE,
        {
            "stream": claim.stream,
            "epoch": Int8(claim.epoch),
            "partitions": bigints(taken),
            "next_offsets": bigints(following for _, following in taken.values()),
            "offsets": json.dumps(taken),
            "seconds": json.dumps({name: round(value, 4) for name, value in seconds.items()}),
            **{name: Int8(count) for name, count in counts.items()},
        },
    ).fetchone()
    assert row is not None
    return row[0], {int(bucket): int(messages) for bucket, messages in row[1].items()}
