"""What a micro-batch is made of, as Spark planned it: its offset log is the only place that says so beforehand."""

from __future__ import annotations

import json
from collections.abc import Mapping

Range = tuple[int, int]


def end_offsets(entry: str, topic: str) -> dict[int, int]:
    """Next offset per partition after the batch, from an entry of the offset log (of a query with one source).

    An entry is `v1`, a line of metadata, and a line per source: {"TOPIC":{"PARTITION":NEXT}}. Raises ValueError.
    """
    version, _metadata, *sources = entry.splitlines()
    if version != "v1" or len(sources) != 1:
        raise ValueError(f"an offset log of another form: {entry[:200]!r}")
    offsets = json.loads(sources[0])
    if set(offsets) != {topic}:
        raise ValueError(f"the offset log tells of {sorted(offsets)}, not of {topic}")
    return {int(partition): int(offset) for partition, offset in offsets[topic].items()}


def ranges(start: Mapping[int, int], end: Mapping[int, int]) -> dict[int, Range]:
    """[first, next) of the partitions that the batch reads from. Both name the same partitions."""
    return {partition: (start[partition], end[partition]) for partition in end if end[partition] != start[partition]}


def messages(planned: Mapping[int, Range]) -> int:
    """At most so many: offsets may hold none, such as the marks of transactions."""
    return sum(following - first for first, following in planned.values())


def starting_offsets(topic: str, offsets: Mapping[int, int]) -> str:
    """Spark's option of that name: every partition has to be in it."""
    return json.dumps({topic: {str(partition): offset for partition, offset in sorted(offsets.items())}})
