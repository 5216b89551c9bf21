"""What shop.orders holds per business day: counts to plan the reads by, totals to audit the result against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shop_pipe_jobs.postgres import Connection


@dataclass(frozen=True)
class DayLines:
    """`lines` order lines, all in [start, end)."""

    day: date
    start: datetime
    end: datetime
    lines: int


@dataclass(frozen=True)
class DayTotals:
    """Over all statuses."""

    lines: int = 0
    orders: int = 0
    units: int = 0
    revenue: Decimal = Decimal("0.00")


# Each requested day with its limits, which come from one place; a limit is looked up once per day.
_DAYS = """
  unnest(%(days)s::date[]) as wanted (day)
  cross join lateral (
    select ops.day_start(wanted.day, %(zone)s) as first, ops.day_start(wanted.day + 1, %(zone)s) as next offset 0
  ) as limits
"""


def count_days(connection: Connection, zone: str, days: Sequence[date]) -> list[DayLines]:
    """Order lines of each of `days`, also of those without any, in order."""
    rows = connection.execute(
        f"""
        select wanted.day, limits.first, limits.next, count(orders.order_id)
        from {_DAYS}
        left join shop.orders as orders
          on orders.order_timestamp >= limits.first and orders.order_timestamp < limits.next
        group by 1, 2, 3
        order by 1
        """,
        {"days": list(days), "zone": zone},
    )
    return [DayLines(*row) for row in rows]


def count_all_days(connection: Connection, zone: str) -> list[DayLines]:
    """Every day that has order lines, in order; [start, end) just holds them."""
    rows = connection.execute(
        """
        select
          ops.business_day(order_timestamp, %(zone)s),
          min(order_timestamp), max(order_timestamp) + interval '1 microsecond', count(*)
        from shop.orders
        group by 1
        order by 1
        """,
        {"zone": zone},
    )
    return [DayLines(*row) for row in rows]


def totals(connection: Connection, zone: str, days: Sequence[date] | None) -> dict[date, DayTotals]:
    """Totals of `days` (None: of all) that have order lines."""
    parameters: dict[str, Any] = {"zone": zone, "days": None if days is None else list(days)}
    if days is None:
        lines = "select ops.business_day(order_timestamp, %(zone)s) as day, * from shop.orders"
    else:
        lines = f"""
          select wanted.day, orders.*
          from {_DAYS}
          join shop.orders as orders
            on orders.order_timestamp >= limits.first and orders.order_timestamp < limits.next
        """
    # count(distinct …) sorts, which is half as dear as grouping by order first: that makes a group of every line.
    rows = connection.execute(
        f"""
        select day, count(*), count(distinct order_id), sum(quantity)::bigint, sum(quantity * price)
        from ({lines}) as lines
        group by day
        """,
        parameters,
    )
    return {row[0]: DayTotals(*row[1:]) for row in rows}
