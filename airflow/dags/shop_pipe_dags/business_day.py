"""The business day of a run."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

from airflow.sdk.exceptions import AirflowFailException

from shop_pipe_dags.settings import business_zone


class Run(Protocol):
    """What is asked of a DAG run."""

    @property
    def logical_date(self) -> datetime | None: ...


def business_day(run: Run, zone: str | None = None) -> str:
    """The local day (YYYY-MM-DD) that begins at the run's logical date, which is the start of its data interval.

    A run that was made by hand with any other date is refused, and not tried again: midnight UTC, which Airflow's pages
    offer, is the evening before in São Paulo.
    """
    name = zone or business_zone()
    logical = run.logical_date
    if logical is None:
        raise AirflowFailException(
            "this run has no logical date, so no business day: shop-pipe dag trigger shop_daily_etl --date YYYY-MM-DD"
        )
    local = logical.astimezone(ZoneInfo(name))
    day = local.date()
    # Where midnight comes twice (Havana, each autumn) Airflow schedules by the second one.
    if local.time() != time(0) and logical != first_instant(day, name):
        raise AirflowFailException(
            f"{logical.isoformat()} is not the first instant of a business day in {name}: "
            f"shop-pipe dag trigger shop_daily_etl --date {logical.date().isoformat()}"
        )
    return day.isoformat()


def first_instant(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC: of a midnight that comes twice the first one, and of one that does not
    exist (São Paulo, 2017-10-15) the instant at which clocks were put forward. As `ops.day_start` in Postgres.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone), fold=0)
    return midnight.astimezone(timezone.utc)
