"""Each curated table against plain SQL, EXCEPT ALL both ways, in several time zones and over clock changes."""

from __future__ import annotations

import pytest
from conftest import Database
from expected import EXPECTED, differences
from shop import SPECIAL, Shop

ZONES = ["America/Sao_Paulo", "UTC", "Asia/Tokyo", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana"]


@pytest.mark.parametrize("zone", ZONES)
def test_full_equals_plain_sql(database: Database, zone: str) -> None:
    database = database.in_zone(zone)
    if zone == "America/Sao_Paulo":
        database = database.cut_small()
    shop = Shop(database, seed=1)
    shop.fill(120, [("2017-10-12", 6), ("2018-02-16", 5)])
    for instant in SPECIAL:
        shop.order(instant)

    result = database.etl(full=True)

    assert differences(database) == {}
    lines = database.value("select count(*) from shop.orders")
    assert result.rows["fact_orders"] == lines
    assert result.rows["dim_customers"] == len(shop.customers)
    assert result.rows["dim_products"] == len(shop.products)
    assert set(result.rows) == set(EXPECTED)
    assert result.published.pending_days == 0
    assert all(check.ok for check in result.published.checks)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Kolkata"])
def test_single_days_equal_plain_sql(database: Database, zone: str) -> None:
    database = database.in_zone(zone)
    if zone == "Asia/Kolkata":
        database = database.cut_small()
    shop = Shop(database, seed=2)
    shop.fill(80, [("2017-10-13", 4), ("2018-02-17", 3)])
    for instant in SPECIAL:
        shop.order(instant)
    for day in ("2018-02-17", "2017-10-15"):
        database.etl(day)
        assert differences(database) == {}
    database.etl("2017-10-14", "2018-02-18", "2018-02-19")
    assert differences(database) == {}
    curated = database.rows("select order_date::text from ops.curated_days order by 1")
    assert [day for (day,) in curated] == ["2017-10-14", "2017-10-15", "2018-02-17", "2018-02-18", "2018-02-19"]


def test_the_day_without_midnight_starts_at_one(database: Database) -> None:
    shop = Shop(database, seed=3)
    shop.order("2017-10-15T02:59:59.999999")
    shop.order("2017-10-15T03:00:00")
    database.etl("2017-10-15")
    hours = database.rows("select order_hour at time zone 'America/Sao_Paulo' from curated.hourly_sales")
    assert [str(hour) for (hour,) in hours] == ["2017-10-15 01:00:00"]


def test_the_doubled_hour_is_two_hours(database: Database) -> None:
    shop = Shop(database, seed=4)
    shop.order("2018-02-18T01:30:00")
    shop.order("2018-02-18T02:30:00")
    database.etl("2018-02-17")
    hours = database.rows("select order_hour, orders from curated.hourly_sales order by 1")
    assert [(str(hour), orders) for hour, orders in hours] == [
        ("2018-02-18 01:00:00+00:00", 1),
        ("2018-02-18 02:00:00+00:00", 1),
    ]
