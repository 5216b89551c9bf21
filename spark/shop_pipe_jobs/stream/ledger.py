"""Who holds a stream, and up to where it has read: ops.streams and ops.stream_offsets.

One session at a time holds the stream's advisory lock; the epoch fences whoever lost it without noticing.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream import hold
from shop_pipe_jobs.stream.topic import TopicState, check_topic

__all__ = ["Claim", "TopicState", "claim", "heartbeat", "release", "renew", "superseded"]


@dataclass(frozen=True)
class Claim:
    """The right to write a stream, until someone raises the epoch."""

    stream: str
    epoch: int


def claim(
    connection: Connection, stream: str, topic: TopicState, *, take_over: bool = False, stale_after_s: float = 20
) -> tuple[Claim, dict[int, int]]:
    """Makes the stream ours: the claim, and the next offset of each partition.

    `connection`: of role shop_stream, in autocommit; it is the one that holds the stream from now on. A stream whose
    holder has shown no life for `stale_after_s`, or any with `take_over`, is taken from its holder. One that is not
    known yet begins at the earliest offsets. Raises JobError: environment `stream_running`, or data `topic_changed`,
    `offsets_lost`, `offsets_ahead`; then nothing has changed.
    """
    # First without the lock: a stream that can't go on is not taken from its holder.
    check_topic(connection, stream, topic)
    hold.take(connection, stream, take_over=take_over, stale_after_s=stale_after_s)
    try:
        check_topic(connection, stream, topic)
        return _open(connection, stream, topic)
    except BaseException:
        if not connection.broken:
            hold.let_go(connection, stream)
        raise


def renew(connection: Connection, claim: Claim) -> None:
    """Holds the stream again, in a new session after the old one broke. Raises JobError environment `superseded`."""
    _check_epoch(connection, claim)
    # The server may not have noticed yet that our old session is gone. Someone else's raises the epoch at once.
    if not hold.wait_for(connection, claim.stream):
        _check_epoch(connection, claim)
        hold.wrest(connection, claim.stream)
    try:
        _check_epoch(connection, claim)
    except JobError:
        hold.let_go(connection, claim.stream)
        raise


def heartbeat(connection: Connection, claim: Claim, state: str, detail: str | None) -> None:
    """Shows life and what the stream is at, in one transaction of its own. Raises JobError environment `superseded`."""
    if not _say(connection, claim, state, detail):
        raise superseded(claim)


def release(connection: Connection, claim: Claim, state: str, detail: str | None) -> None:
    """Gives the stream back; where another has it by now, its row is left alone."""
    _say(connection, claim, state, detail)
    hold.let_go(connection, claim.stream)


def superseded(claim: Claim) -> JobError:
    return JobError(
        "environment",
        "superseded",
        f"stream {claim.stream} was taken over or reset: epoch {claim.epoch} may not write any more",
        "shop-pipe stream status",
    )


def _open(connection: Connection, stream: str, topic: TopicState) -> tuple[Claim, dict[int, int]]:
    with connection.transaction():
        row = connection.execute(
            """
            insert into ops.streams as held (
              name, topic, cluster_id, topic_id, epoch, state, host, pid, started_at, heartbeat_at
            )
            values (%s, %s, %s, %s, 1, 'starting', %s, %s, clock_timestamp(), clock_timestamp())
            on conflict (name) do update set
              epoch = held.epoch + 1,
              state = excluded.state,
              detail = null,
              host = excluded.host,
              pid = excluded.pid,
              started_at = excluded.started_at,
              heartbeat_at = excluded.heartbeat_at
            returning epoch
            """,
            (stream, topic.topic, topic.cluster_id, topic.topic_id, socket.gethostname(), os.getpid()),
        ).fetchone()
        assert row is not None
        connection.execute(
            """
            insert into ops.stream_offsets (stream, partition, first_offset, next_offset)
            select %s, partition, earliest, earliest
            from unnest(%s::integer[], %s::bigint[]) as found (partition, earliest)
            order by partition
            on conflict do nothing
            """,
            (stream, list(topic.partitions), [earliest for earliest, _ in topic.partitions.values()]),
        )
        return Claim(stream, row[0]), next_offsets(connection, stream)


def next_offsets(connection: Connection, stream: str) -> dict[int, int]:
    rows = connection.execute(
        "select partition, next_offset from ops.stream_offsets where stream = %s order by partition", (stream,)
    )
    return dict(rows.fetchall())


def _say(connection: Connection, claim: Claim, state: str, detail: str | None) -> bool:
    updated = connection.execute(
        """
        update ops.streams
        set state = %s, detail = %s, heartbeat_at = clock_timestamp()
        where name = %s and epoch = %s
        """,
        (state, detail, claim.stream, claim.epoch),
    )
    return updated.rowcount == 1


def _check_epoch(connection: Connection, claim: Claim) -> None:
    row = connection.execute("select epoch from ops.streams where name = %s", (claim.stream,)).fetchone()
    if row is None or row[0] != claim.epoch:
        raise superseded(claim)
