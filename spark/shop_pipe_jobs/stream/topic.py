"""Whether the ledger's offsets still mean the messages that they meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection

REMEDY = "shop-pipe stream reset"


@dataclass(frozen=True)
class TopicState:
    """A topic as Kafka has it now."""

    topic: str
    cluster_id: str
    topic_id: str
    # (earliest, latest) offset of each partition; the latest is that of the next message.
    partitions: Mapping[int, tuple[int, int]]


def check_topic(connection: Connection, stream: str, topic: TopicState) -> None:
    """Raises JobError data `topic_changed`, `offsets_lost` or `offsets_ahead`; without a ledger anything will do."""
    known = connection.execute(
        "select topic, cluster_id, topic_id from ops.streams where name = %s", (stream,)
    ).fetchone()
    if known is None:
        return
    ledger: dict[int, int] = dict(
        connection.execute(
            "select partition, next_offset from ops.stream_offsets where stream = %s order by partition", (stream,)
        ).fetchall()
    )
    gone = ledger.keys() - topic.partitions.keys()
    if known != (topic.topic, topic.cluster_id, topic.topic_id) or gone:
        raise JobError("data", "topic_changed", _changed(stream, known, topic), REMEDY)
    lost, ahead = [], []
    for partition, following in ledger.items():
        earliest, latest = topic.partitions[partition]
        if following < earliest:
            lost.append(f"{earliest - following} of partition {partition}")
        if following > latest:
            ahead.append(f"partition {partition} ends at {latest}, the ledger is at {following}")
    if lost:
        message = f"messages of topic {topic.topic} were deleted before stream {stream} read them: {', '.join(lost)}"
        raise JobError("data", "offsets_lost", message, REMEDY)
    if ahead:
        message = f"topic {topic.topic} ends before what stream {stream} has read: {'; '.join(ahead)}"
        raise JobError("data", "offsets_ahead", message, REMEDY)


def _changed(stream: str, known: tuple[str, str, str], topic: TopicState) -> str:
    name, cluster, _ = known
    if name != topic.topic:
        return f"stream {stream} has read topic {name}, not {topic.topic}"
    if cluster != topic.cluster_id:
        return f"stream {stream} has read topic {name} of cluster {cluster}, this is cluster {topic.cluster_id}"
    return f"topic {name} was deleted and made again since stream {stream} read it: its offsets mean other messages"
