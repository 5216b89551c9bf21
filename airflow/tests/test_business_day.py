"""The arithmetic of days: every day of a zone is a run, once, and each run knows its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import pendulum
import pytest
from airflow.sdk import CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import DagRunInfo, TimeRestriction

from shop_pipe_dags.business_day import business_day, first_instant

ZONES = ["America/Sao_Paulo", "UTC", "Asia/Tokyo", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu"]

# Airflow schedules by the second midnight of these days.
TWO_MIDNIGHTS = {"America/Havana": ("2017-11-05", "2018-11-04")}


@dataclass(frozen=True)
class Run:
    logical_date: datetime | None


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        # As test/postgres/roles.test.ts has them for ops.day_start.
        ("2018-05-01", "America/Sao_Paulo", "2018-05-01T03:00"),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15T03:00"),  # its midnight does not exist
        ("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00"),  # the hour before it came twice
        ("2018-05-01", "UTC", "2018-05-01T00:00"),
        ("2018-05-01", "Asia/Tokyo", "2018-04-30T15:00"),
        ("2018-05-01", "Asia/Kolkata", "2018-04-30T18:30"),
        ("2018-11-04", "America/Havana", "2018-11-04T04:00"),  # midnight itself came twice: the first
        ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00"),  # the day before it did not exist
    ],
)
def test_a_day_begins_at_its_first_instant(day: str, zone: str, instant: str) -> None:
    assert first_instant(date.fromisoformat(day), zone) == utc(instant)
    assert business_day(Run(utc(instant)), zone) == day


@pytest.mark.parametrize("zone", ZONES)
def test_the_schedule_has_each_day_once(zone: str) -> None:
    """Two years with every change of clocks in them, from run to run as the scheduler goes."""
    timetable = coerce_to_core_timetable(CronDataIntervalTimetable("0 0 * * *", timezone=zone))
    day = date(2016, 12, 25)
    restriction = TimeRestriction(pendulum.instance(first_instant(day, zone)), None, catchup=True)
    last: DagRunInfo | None = None
    while day < date(2018, 12, 5):
        info = timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=restriction)
        assert info is not None
        assert info.data_interval is not None
        assert business_day(Run(info.logical_date), zone) == day.isoformat()
        assert info.logical_date == info.data_interval.start
        if day.isoformat() not in TWO_MIDNIGHTS.get(zone, ()):
            assert info.logical_date == first_instant(day, zone)
        day += timedelta(days=1)
        last = info


@pytest.mark.parametrize(
    ("logical", "zone", "said"),
    [
        ("2018-05-01T00:00", "America/Sao_Paulo", "--date 2018-05-01"),
        ("2018-05-01T00:00", "Asia/Tokyo", "not the first instant of a business day in Asia/Tokyo"),
        ("2018-05-01T03:00:01", "America/Sao_Paulo", "not the first instant"),
        ("2018-11-04T06:00", "America/Havana", "not the first instant"),
    ],
)
def test_any_other_instant_is_refused_for_good(logical: str, zone: str, said: str) -> None:
    with pytest.raises(AirflowFailException, match=said):
        business_day(Run(utc(logical)), zone)


def test_a_run_without_a_date_is_refused_for_good() -> None:
    with pytest.raises(AirflowFailException, match="no logical date"):
        business_day(Run(None), "UTC")
