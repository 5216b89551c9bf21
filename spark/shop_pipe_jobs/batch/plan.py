"""Which business days a run rebuilds, and what its publish replaces. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shop_pipe_jobs.batch.config import BatchConfig
from shop_pipe_jobs.batch.snapshot import Books
from shop_pipe_jobs.errors import JobError


@dataclass(frozen=True)
class Plan:
    full: bool
    # In order. Each is curated when the run has succeeded.
    days: tuple[date, ...]
    # Marks of ops.changed_days that this run satisfies.
    marks: tuple[int, ...]
    # Days that are curated and stay as they are.
    others_curated: bool

    @property
    def scope(self) -> list[date] | None:
        """Days that the publish replaces; None: everything there is."""
        return None if self.full else list(self.days)


def check_timezone(config: BatchConfig, books: Books) -> None:
    """Raises JobError where the curated days are those of another zone, unless all of them are rebuilt."""
    if config.request.full or not books.curated or books.timezone in (None, config.timezone):
        return
    raise JobError(
        "data",
        "timezone_changed",
        f"the curated days are days in {books.timezone}, not in {config.timezone}",
        f"shop-pipe etl run --full (rebuilds everything), or set SHOP_TIMEZONE={books.timezone}",
    )


def changed_days(config: BatchConfig, books: Books) -> set[date]:
    """Curated days that were marked since."""
    return {day for _, day in books.marks if day in books.curated} if not config.request.only else set()


def plan_days(config: BatchConfig, books: Books, pulled_in: Iterable[date]) -> Plan:
    """The requested days and those `pulled_in`."""
    days = {*config.request.days, *pulled_in}
    return Plan(
        full=False,
        days=tuple(sorted(days)),
        marks=tuple(mark for mark, day in books.marks if day in days),
        others_curated=not days.issuperset(books.curated),
    )


def plan_full(config: BatchConfig, books: Books, source_days: Iterable[date]) -> Plan:
    """All days of the source and all curated ones; those of another zone aren't days any more."""
    same_zone = books.timezone in (None, config.timezone)
    days = {*source_days, *(books.curated if same_zone else ())}
    return Plan(
        full=True,
        days=tuple(sorted(days)),
        # Also those of days that came and went without ever being curated.
        marks=tuple(mark for mark, _ in books.marks),
        others_curated=False,
    )
