"""One snapshot for everything that is read, and SQL that only projects and filters."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import Database
from expected import differences
from shop import Shop

from shop_pipe_jobs.batch.read import ORDER_COLUMNS, Reader
from shop_pipe_jobs.batch.snapshot import exported_snapshot


def test_writer_between_snapshot_and_read_is_not_seen(database: Database) -> None:
    shop = Shop(database, seed=41)
    shop.fill(30, [("2018-05-01T12:00", 1)])
    lines = database.value("select count(*) from shop.orders")

    def write() -> None:
        shop.delete(shop.orders[0])
        shop.order("2018-05-01T15:00:00")
        database.owner.execute("update shop.customers set name = 'later'")

    result = database.etl(full=True, at={"snapshot": write})
    assert result.rows["fact_orders"] == lines
    assert database.value("select count(*) from curated.dim_customers where name = 'later'") == 0
    database.etl(str(result.days[0]))
    assert differences(database) == {}


def test_password_is_not_in_plans(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    Shop(database, seed=42)
    with exported_snapshot(database.target) as snapshot:
        frame = Reader(database.spark, database.target, snapshot.name).shop("orders", ORDER_COLUMNS, ["true"])
        frame.explain("formatted")
        frame.explain("extended")
    printed = capsys.readouterr().out
    assert "BatchScan pgcopy" in printed
    assert database.target.password not in printed
    assert database.target.password not in repr(database.target)


def test_statements(database: Database) -> None:
    """From the server's log: Spark's reads neither join nor group, and INSERT … SELECT only empties the stage."""
    log = os.environ.get("SHOP_TEST_POSTGRES_LOG")
    if not log:
        pytest.fail("SHOP_TEST_POSTGRES_LOG is unset: the path of the test server's log")
    shop = Shop(database, seed=43)
    shop.fill(40, [("2018-05-01T12:00", 3)])
    name = database.target.database
    database.superuser.execute(
        f"alter database {name} set log_statement = 'all';alter database {name} set log_min_duration_statement = -1"
    )
    begin = Path(log).stat().st_size
    database.etl(full=True)
    product = shop.products[0]
    shop.change(shop.orders[0], "status = 'canceled'")
    database.owner.execute("update shop.products set category = 'other' where product_id = %s", (product,))
    database.etl("2018-05-02")
    database.etl("2018-05-02")
    with Path(log).open(encoding="utf-8", errors="replace") as file:
        file.seek(begin)
        text = file.read()

    # An entry starts with a date and goes on over the lines that are indented by a tab.
    statements = re.findall(r"LOG:  (?:statement|execute [^:]+): ((?:.*)(?:\n\t.*)*)", text)
    flat = [re.sub(r"\s+", " ", statement).strip().lower() for statement in statements]
    reads = [s for s in flat if re.match(r"copy \(select .*\) to stdout", s)]
    assert any("uuid_send(order_id)" in s and "from shop.orders" in s for s in reads)
    assert any("from curated.fact_orders" in s and "in (select id from etl_stage." in s for s in reads)
    forbidden = re.compile(
        r"\bjoin\b|group by|order by|\b(count|sum|min|max|avg)\s*\(|\bdistinct\b(?! from)|\bhaving\b"
    )
    assert [s for s in reads if forbidden.search(s)] == []

    moves = [s for s in flat if re.match(r"insert into", s) and re.search(r"\bselect\b", s)]
    moves = [s for s in moves if "ops.changed_days" not in s]  # the test's own writer
    assert moves
    for statement in moves:
        assert re.match(
            r'insert into "curated"\."\w+" \(.*?\) select .*? from "etl_stage"\."\w+_r\d+" as staged', statement
        )
    assert not [s for s in flat if re.match(r"create (unlogged )?table \S+ as|merge ", s)]
