"""Changed customers and products: names, prices, categories."""

from __future__ import annotations

import pytest
from conftest import Database
from expected import differences
from shop import Shop

from shop_pipe_jobs.batch import survey
from shop_pipe_jobs.batch.partitions import page_predicates


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = Shop(database, seed=31)
    shop.fill(40, [("2018-05-01T12:00", 2)])
    return shop


def _watermark(database: Database) -> int:
    return int(database.value("select value ->> 'xmin' from ops.settings where name = 'attributes_watermark'"))


def test_all_of_the_shop_is_in_the_dimensions_after_one_day(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01")
    assert database.value("select count(*) from curated.dim_customers") == len(shop.customers)
    assert database.value("select count(*) from curated.dim_products") == len(shop.products)
    assert differences(database) == {}


def test_changed_attributes_arrive_with_the_next_run_of_any_day(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01", "2018-05-02")
    mark = _watermark(database)
    database.owner.execute(
        "update shop.customers set email = 'new@example.com' where customer_id = %s", (shop.customers[0],)
    )
    database.owner.execute("update shop.products set price = 77 where product_id = %s", (shop.products[0],))
    database.owner.execute("insert into shop.customers values (gen_random_uuid(), 'late', 'l@example.com', now())")
    result = database.etl("2018-06-01")
    assert differences(database) == {}
    # The watermark is conservative: on a busy server a few more rows are read again, none is written.
    assert result.published.changes["dim_customers"].written == 2
    assert result.published.changes["dim_products"].written == 1
    assert _watermark(database) > mark


def test_a_change_of_them_all_is_read_in_parts(database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    database.owner.execute(
        "insert into shop.customers select gen_random_uuid(), 'idle', 'i', now() from generate_series(1, 500)"
    )
    database.etl("2018-05-01", "2018-05-02")
    read: list[str] = []

    def parts(pages: int, _: int) -> list[str]:
        read.extend(page_predicates(pages, 1))
        return read

    monkeypatch.setattr(survey, "page_predicates", parts)
    monkeypatch.setattr(survey, "MOST_CHANGED_IN_ONE", 499)
    database.owner.execute("update shop.customers set name = 'all'")
    result = database.etl("2018-06-01")
    assert len(read) > 1
    assert differences(database) == {}
    assert result.published.changes["dim_customers"].written == len(shop.customers) + 500


def test_transaction_open_over_a_run_is_not_missed(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01")
    with database.target.connect("x") as _, database.superuser.transaction():
        database.superuser.execute(
            "update shop.customers set name = 'slow' where customer_id = %s", (shop.customers[1],)
        )
        database.etl("2018-05-02")
    database.etl("2018-05-02")
    assert database.value("select count(*) from curated.dim_customers where name = 'slow'") == 1
    assert differences(database) == {}


def test_watermark_of_another_cluster_is_ignored(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01")
    database.owner.execute(
        "update ops.settings set value = '{\"xmin\": \"9000000000000\"}' where name = 'attributes_watermark'"
    )
    database.owner.execute("update shop.customers set name = 'new' where customer_id = %s", (shop.customers[1],))
    database.etl("2018-05-01")
    assert differences(database) == {}


def test_category_change_rebuilds_the_days_it_sold_on(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01", "2018-05-02", "2018-05-03")
    product, days = database.rows(
        "select product_id, array_agg(order_date::text order by order_date) from curated.daily_product_sales"
        " group by 1 having count(*) > 1 order by 1 limit 1"
    )[0]
    database.owner.execute("update shop.products set category = 'brand_new' where product_id = %s", (product,))

    only = database.etl("2018-06-01", only=True)
    assert [str(day) for day in only.days] == ["2018-06-01"]
    assert database.value("select count(*) from curated.dim_products where category = 'brand_new'") == 0

    result = database.etl("2018-06-01")
    assert [str(day) for day in result.days] == [*days, "2018-06-01"]
    assert differences(database) == {}


def test_customer_that_left_the_shop_goes_with_full_only(database: Database, shop: Shop) -> None:
    gone = "insert into shop.customers values (gen_random_uuid(), 'gone', 'g@example.com', now())"
    database.owner.execute(gone)
    database.etl("2018-05-01")
    database.owner.execute("delete from shop.customers where name = 'gone'")
    database.etl("2018-05-01")
    assert database.value("select count(*) from curated.dim_customers where name = 'gone'") == 1
    database.etl(full=True)
    assert database.value("select count(*) from curated.dim_customers where name = 'gone'") == 0
    assert differences(database) == {}
