"""How reads are cut: every line once, parts of the wanted size. No engine needed."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from shop_pipe_jobs.batch.partitions import day_predicates, order_predicates, page_predicates, uuid_predicates
from shop_pipe_jobs.batch.source import DayLines

START = datetime(2018, 5, 1, 3, tzinfo=timezone.utc)


def _day(n: int, lines: int) -> DayLines:
    start = START + timedelta(days=n)
    return DayLines(start.date(), start, start + timedelta(days=1), lines)


def test_following_days_share_a_range() -> None:
    assert order_predicates([_day(0, 10), _day(1, 10), _day(3, 10)], 100) == [
        "(order_timestamp >= '2018-05-01T03:00:00+00:00' and order_timestamp < '2018-05-03T03:00:00+00:00')"
        " or (order_timestamp >= '2018-05-04T03:00:00+00:00' and order_timestamp < '2018-05-05T03:00:00+00:00')"
    ]


def test_gaps_are_read_where_nothing_is_in_them() -> None:
    assert order_predicates([_day(0, 10), _day(3, 10)], 100, contiguous=True) == [
        "(order_timestamp >= '2018-05-01T03:00:00+00:00' and order_timestamp < '2018-05-05T03:00:00+00:00')"
    ]


def test_days_are_balanced() -> None:
    assert len(order_predicates([_day(n, 50) for n in range(10)], 100)) == 5


def test_a_large_day_is_split_inside() -> None:
    parts = order_predicates([_day(0, 400)], 100)
    assert len(parts) == 4
    assert parts[1] == (
        "(order_timestamp >= '2018-05-01T09:00:00+00:00' and order_timestamp < '2018-05-01T15:00:00+00:00')"
    )


@pytest.mark.parametrize("days", [[], [_day(0, 0)]])
def test_nothing_to_read_is_one_empty_partition(days: list[DayLines]) -> None:
    assert order_predicates(days, 100) == ["false"]


def test_pages() -> None:
    assert page_predicates(0, 10) == ["ctid >= '(0,0)'::tid"]
    assert page_predicates(25, 10) == [
        "ctid >= '(0,0)'::tid and ctid < '(10,0)'::tid",
        "ctid >= '(10,0)'::tid and ctid < '(20,0)'::tid",
        "ctid >= '(20,0)'::tid",
    ]


def test_curated_days() -> None:
    days = {date(2018, 5, 2): 60, date(2018, 5, 1): 60, date(2018, 5, 4): 0}
    assert day_predicates(days, 100) == ["order_date = any('{2018-05-01}')", "order_date = any('{2018-05-02}')"]
    assert day_predicates({}, 100) == ["false"]


def test_uuid_ranges() -> None:
    assert uuid_predicates("id", 1) == ["true and true"]
    assert uuid_predicates("id", 2) == [
        "true and id < '80000000000000000000000000000000'::uuid",
        "id >= '80000000000000000000000000000000'::uuid and true",
    ]
