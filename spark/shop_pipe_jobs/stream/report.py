"""A batch as an event of the job."""

from __future__ import annotations

from collections.abc import Mapping

from shop_pipe_jobs.stream.latency import GROWTH
from shop_pipe_jobs.stream.merge import Merged

COUNTS = ("read", "applied", "superseded", "stale", "duplicate", "rejected", "skipped")


def batch_event(merged: Merged, seconds: Mapping[str, float]) -> dict[str, object]:
    return {
        "event": "batch",
        "batch_id": merged.batch_id,
        **{name: getattr(merged, name) for name in COUNTS},
        "committed": {str(partition): offset for partition, offset in sorted(merged.committed.items())},
        "latency_ms": {"p50": quantile(merged.latency, 0.5), "p99": quantile(merged.latency, 0.99)},
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
    }


def quantile(latency: Mapping[int, int], share: float) -> float | None:
    """Upper bound in milliseconds of the bucket that the quantile falls into; None without messages."""
    wanted = share * sum(latency.values())
    seen = 0
    for bucket, count in sorted(latency.items()):
        seen += count
        if seen >= wanted and seen > 0:
            return round(GROWTH**bucket, 1)
    return None
