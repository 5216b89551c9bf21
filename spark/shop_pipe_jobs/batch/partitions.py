"""How a table is cut into Spark partitions: SQL predicates, one per task, that together cover what is wanted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from math import ceil

from shop_pipe_jobs.batch.source import DayLines

# What a read of nothing is given; Spark wants one partition at least.
NOTHING = ("false",)

# Days that don't follow one another are or-ed in one predicate: this many ranges at most.
MOST_RANGES = 50


@dataclass(frozen=True)
class Span:
    """Instants in [start, end) with about `lines` order lines."""

    start: datetime
    end: datetime
    lines: float


def order_predicates(days: Sequence[DayLines], rows_per_partition: int, *, contiguous: bool = False) -> list[str]:
    """Predicates on order_timestamp that cover `days` (in order) in parts of about `rows_per_partition` lines.

    Small days share a part, large ones are split inside. `contiguous`: nothing lies between the days, so that the
    gaps may be read too.
    """
    spans = [part for day in days if day.lines for part in _split(day, rows_per_partition)]
    groups: list[list[Span]] = []
    room = 0.0
    for span in spans:
        if not groups or room < span.lines or len(groups[-1]) >= MOST_RANGES:
            groups.append([])
            room = rows_per_partition * 1.05
        last = groups[-1]
        if last and (contiguous or last[-1].end == span.start):
            last[-1] = Span(last[-1].start, span.end, last[-1].lines + span.lines)
        else:
            last.append(span)
        room -= span.lines
    return [" or ".join(map(_between, group)) for group in groups] or list(NOTHING)


def _split(day: DayLines, rows_per_partition: int) -> Iterable[Span]:
    parts = ceil(day.lines / (rows_per_partition * 1.05))
    length = (day.end - day.start) / parts
    edges = [day.start + n * length for n in range(parts)] + [day.end]
    return (Span(start, end, day.lines / parts) for start, end in pairwise(edges))


def _between(span: Span) -> str:
    return f"(order_timestamp >= '{span.start.isoformat()}' and order_timestamp < '{span.end.isoformat()}')"


def page_predicates(pages: int, pages_per_partition: int) -> list[str]:
    """Predicates on ctid that cover a whole table; the last one is open, it takes what was appended since."""
    edges = list(range(0, max(pages, 1), pages_per_partition))
    bounds = [f"ctid >= '({edge},0)'::tid" for edge in edges]
    ends = [f" and ctid < '({edge},0)'::tid" for edge in edges[1:]] + [""]
    return [bound + end for bound, end in zip(bounds, ends, strict=True)]


def day_predicates(lines: dict[date, int], rows_per_partition: int) -> list[str]:
    """Predicates on order_date that cover the days of `lines` (rows per day) in parts of about `rows_per_partition`."""
    groups: list[list[date]] = []
    room = 0
    for day in sorted(day for day, rows in lines.items() if rows):
        if not groups or room < lines[day]:
            groups.append([])
            room = rows_per_partition
        groups[-1].append(day)
        room -= lines[day]
    return [f"order_date = any('{{{','.join(map(str, group))}}}')" for group in groups] or list(NOTHING)


def uuid_predicates(column: str, parts: int) -> list[str]:
    """Predicates that cut a uuid column into `parts` equal ranges."""
    edges = [f"{(n << 128) // parts:032x}" for n in range(1, parts)]
    lower = ["true", *(f"{column} >= '{edge}'::uuid" for edge in edges)]
    upper = [*(f"{column} < '{edge}'::uuid" for edge in edges), "true"]
    return [f"{low} and {high}" for low, high in zip(lower, upper, strict=True)]
