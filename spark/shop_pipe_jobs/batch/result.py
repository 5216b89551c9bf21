"""What a run reports when it has succeeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shop_pipe_jobs.batch.publish import Published


@dataclass(frozen=True)
class Result:
    run_id: int
    days: tuple[date, ...]
    # Of `days`, those without a single order line.
    empty_days: tuple[date, ...]
    rows: dict[str, int]
    published: Published
    seconds: dict[str, float]

    def to_event(self) -> dict[str, object]:
        return {
            "event": "result",
            "run_id": self.run_id,
            "days": [str(day) for day in self.days],
            "empty_days": [str(day) for day in self.empty_days],
            "rows": self.rows,
            "changes": {name: change.to_json() for name, change in self.published.changes.items()},
            "seconds": self.seconds,
            "checks": [check.to_json() for check in self.published.checks],
            "pending_days": self.published.pending_days,
        }
