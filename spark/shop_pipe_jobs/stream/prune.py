"""Keeps ops.stream_batches small: the sums of what goes stay in ops.streams."""

from __future__ import annotations

from datetime import timedelta

from shop_pipe_jobs.postgres import Connection

KEEP = timedelta(days=7)

# In one transaction, so that it is over in well under a second; twenty times as many as come between two prunings.
MOST_BATCHES = 20_000

# A merge after every so many is followed by a pruning.
EVERY = 1_000


def prune(connection: Connection, stream: str, keep: timedelta = KEEP) -> int:
    """Deletes old batches of a stream, the oldest first: how many. `connection` is outside of a transaction."""
    with connection.transaction():
        # As a merge does it, first: whoever locks both rows locks them in one order.
        connection.execute("select from ops.streams where name = %s for update", (stream,))
        row = connection.execute(
            """
            with gone as (
              delete from ops.stream_batches
              where batch_id in (
                select batch_id
                from ops.stream_batches
                where stream = %(stream)s and committed_at < clock_timestamp() - %(keep)s
                order by committed_at
                limit %(most)s
              )
              returning read
            ),
            sums as (
              select count(*) as batches, coalesce(sum(read), 0)::bigint as read from gone
            ),
            kept as (
              update ops.streams
              set pruned_batches = pruned_batches + sums.batches, pruned_read = pruned_read + sums.read
              from sums
              where name = %(stream)s and sums.batches > 0
            )
            select batches from sums
            """,
            {"stream": stream, "keep": keep, "most": MOST_BATCHES},
        ).fetchone()
    return int(row[0]) if row else 0
