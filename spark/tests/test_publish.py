"""What the publish promises: all or nothing, nothing twice, nothing touched that was right."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from conftest import Database, wait_until
from expected import EXPECTED, differences, physical
from shop import Shop

from shop_pipe_jobs.batch.guard import LOCK_KEY
from shop_pipe_jobs.batch.publish import AuditFailed
from shop_pipe_jobs.batch.result import Result
from shop_pipe_jobs.errors import JobError


@pytest.fixture
def shop(database: Database) -> Shop:
    shop = Shop(database, seed=21)
    shop.fill(40, [("2018-05-01", 3)])
    return shop


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {table: database.rows(f"select * from curated.{table} order by 1, 2") for table in EXPECTED}


def stages(database: Database) -> list[tuple[object, ...]]:
    return database.rows("select relname from pg_class where relnamespace = 'etl_stage'::regnamespace")


def test_rerun_leaves_every_row_where_it_was(database: Database, shop: Shop) -> None:
    database.etl(full=True)
    before = physical(database)
    for result in (database.etl("2018-05-02"), database.etl("2018-05-01", "2018-05-03"), database.etl(full=True)):
        assert {(c.deleted, c.written) for c in result.published.changes.values()} == {(0, 0)}
    assert physical(database) == before
    assert stages(database) == []


def test_only_changed_rows_are_written(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01", "2018-05-02", "2018-05-03")
    order, lines = database.rows(
        "select order_id, count(*) from curated.fact_orders where is_sale group by 1 order by 2 desc limit 1"
    )[0]
    shop.change(order, "status = 'canceled'")
    result = database.etl("2018-05-02")
    assert result.published.changes["fact_orders"].to_json() == {"deleted": lines, "written": lines}
    assert result.published.changes["dim_customers"].to_json() == {"deleted": 0, "written": 1}
    assert differences(database) == {}


def test_marks_of_the_snapshot_go_later_ones_stay(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01", "2018-05-02")
    assert database.rows("select distinct order_date::text from ops.changed_days where order_date < '2018-05-03'") in (
        [],
        [("2018-04-30",)],
    )
    shop.order("2018-05-01T15:00:00")

    result = database.etl("2018-05-02", at={"snapshot": lambda: shop.order("2018-05-01T16:00:00")})

    assert [str(day) for day in result.days] == ["2018-05-01", "2018-05-02"]
    left = database.rows("select order_date::text from ops.changed_days where order_date = '2018-05-01'")
    assert left == [("2018-05-01",)]
    assert [str(day) for day in database.etl("2018-05-02").days] == ["2018-05-01", "2018-05-02"]
    assert differences(database) == {}


def test_only_leaves_other_days_alone(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01", "2018-05-02")
    shop.order("2018-05-01T15:00:00")
    assert [str(day) for day in database.etl("2018-05-02", only=True).days] == ["2018-05-02"]
    assert database.value("select count(*) from ops.changed_days where order_date = '2018-05-01'") == 1


def test_superseded_run_publishes_nothing(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01")
    before = content(database)
    shop.order("2018-05-01T15:00:00")
    with pytest.raises(JobError) as caught:
        database.etl(
            "2018-05-01", at={"write": lambda: database.owner.execute("update ops.etl_control set epoch = epoch + 1")}
        )
    assert caught.value.code == "superseded"
    assert content(database) == before
    assert database.value("select state from ops.etl_runs order by run_id desc limit 1") == "failed"
    assert stages(database) == []


def test_failed_audit_publishes_nothing_and_is_recorded(database: Database, shop: Shop) -> None:
    database.etl("2018-05-01")
    before = content(database)
    shop.order("2018-05-02T15:00:00")

    def lose_a_line() -> None:
        name = database.value(
            "select relname from pg_class"
            " where relnamespace = 'etl_stage'::regnamespace and relname like 'fact_orders_r%' and relkind = 'r'"
        )
        database.superuser.execute(
            f"update etl_stage.{name} set quantity = quantity + 1"
            f" where ctid = (select ctid from etl_stage.{name} limit 1)"
        )

    with pytest.raises(AuditFailed, match=r"fact_orders_units expected 2018-05-02: .*, actual 2018-05-02: "):
        database.etl("2018-05-02", at={"write": lose_a_line})

    assert content(database) == before
    state, error = database.rows("select state, error from ops.etl_runs order by run_id desc limit 1")[0]
    assert state == "failed"
    assert error.startswith("audit_failed: ")
    failed = database.rows("select name from ops.etl_checks where not ok order by name")
    assert ("fact_orders_units",) in failed
    assert database.value("select count(*) from ops.changed_days where order_date = '2018-05-02'") > 0


def test_emptied_stage_is_noticed(database: Database, shop: Shop) -> None:
    """An unlogged table is empty after a crash of Postgres."""

    def crash() -> None:
        name = database.value("select relname from pg_class where relname like 'dim_products_r%' and relkind = 'r'")
        database.superuser.execute(f"truncate etl_stage.{name}")

    with pytest.raises(AuditFailed, match="staged_dim_products"):
        database.etl(full=True, at={"write": crash})
    assert database.value("select count(*) from curated.fact_orders") == 0


def test_second_run_waits_for_the_first(database: Database, shop: Shop) -> None:
    other = replace(database, events=[])
    results: list[Result] = []
    with database.target.connect("first run") as first:
        first.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        thread = threading.Thread(target=lambda: results.append(other.etl("2018-05-01")))
        thread.start()
        wait_until(lambda: any(e["event"] == "progress" for e in other.events), what="the second run to wait")
        assert "waiting for another batch run" in str(other.events[0])
        assert database.value("select count(*) from ops.etl_runs") == 0
    thread.join(60)
    assert len(results) == 1
    assert differences(database) == {}


def test_waiting_ends_with_an_error(database: Database, shop: Shop) -> None:
    with database.target.connect("first run") as first:
        first.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        with pytest.raises(JobError) as caught:
            database.etl(config=replace(database.config("2018-05-01"), lock_timeout_s=0.2))
    assert caught.value.code == "etl_busy"


def test_what_a_dead_run_left_is_cleared(database: Database, shop: Shop) -> None:
    with database.target.connect("dead run") as dead:
        dead.execute(
            "insert into ops.etl_runs (epoch, requested, timezone, state) values (0, '{}', 'UTC', 'running');"
            "create unlogged table etl_stage.fact_orders_r1 (x integer)"
        )
    database.etl("2018-05-01")
    assert database.rows("select state from ops.etl_runs order by run_id") == [("abandoned",), ("succeeded",)]
    assert stages(database) == []


def test_day_without_orders_succeeds_and_empties_it(database: Database, shop: Shop) -> None:
    database.etl("2018-05-02")
    for (order,) in database.rows(
        "select distinct order_id from shop.orders"
        " where ops.business_day(order_timestamp, 'America/Sao_Paulo') = '2018-05-02'"
    ):
        shop.delete(order)
    result = database.etl("2018-05-02", "2018-07-01")
    assert [str(day) for day in result.empty_days] == ["2018-05-02", "2018-07-01"]
    assert database.value("select count(*) from curated.fact_orders") == 0
    assert database.rows("select order_lines, revenue::text from ops.curated_days") == [(0, "0.00")] * 2
    assert differences(database) == {}


def test_empty_shop(database: Database) -> None:
    assert database.etl(full=True).days == ()
    assert [str(day) for day in database.etl("2018-05-02").empty_days] == ["2018-05-02"]
    assert differences(database) == {}


def test_other_timezone_needs_a_full_rebuild(database: Database, shop: Shop) -> None:
    shop.order("2018-05-01T01:00:00")
    database.etl(full=True)
    days = database.value("select array_agg(order_date::text order by order_date) from ops.curated_days")
    assert days[0] == "2018-04-30"
    before = content(database)
    moved = database.in_zone("Asia/Tokyo")
    with pytest.raises(JobError) as caught:
        moved.etl("2018-05-01")
    assert caught.value.code == "timezone_changed"
    assert content(database) == before

    moved.etl(full=True)
    assert differences(moved) == {}
    assert database.value("select value #>> '{}' from ops.settings where name = 'timezone'") == "Asia/Tokyo"
    assert database.value("select min(order_date)::text from ops.curated_days") == "2018-05-01"
    moved.etl("2018-05-02")
    assert differences(moved) == {}


def test_postgres_going_away_leaves_the_run_repeatable(database: Database, shop: Shop) -> None:
    def terminate() -> None:
        database.superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and usename = 'shop_etl'"
        )

    for stage in ("snapshot", "read", "write"):
        with pytest.raises(JobError) as caught:
            database.etl("2018-05-01", at={stage: terminate})
        assert caught.value.code == "postgres_unreachable"
        assert database.value("select count(*) from curated.fact_orders") == 0
    database.etl("2018-05-01")
    assert differences(database) == {}
    assert stages(database) == []


def keys(database: Database) -> list[tuple[object, ...]]:
    return database.rows(
        """
        select indexrelid::regclass::text, indisprimary, pg_get_indexdef(indexrelid)
        from pg_index
        where indrelid in (select oid from pg_class where relnamespace = 'curated'::regnamespace)
        order by 1
        """
    )


def test_empty_tables_are_filled_before_their_keys(database: Database, shop: Shop) -> None:
    database.owner.execute("select curated.ensure_partitions('2018-04-01', '2018-05-31')")
    before = keys(database)
    database.owner.execute("create table log (target text)")
    database.owner.execute("grant insert on log to public")
    database.owner.execute(
        """
        create function logged() returns trigger language plpgsql security definer as $$
        begin insert into public.log values (old.target); return null; end $$;
        create trigger logged after delete on ops.suspended_keys for each row execute function public.logged()
        """
    )
    database.etl(full=True)
    assert {row[0] for row in database.rows("select target from log")} == set(EXPECTED)
    assert keys(database) == before
    assert database.rows("select * from ops.suspended_keys") == []
    assert differences(database) == {}
    shop.order("2018-05-01T15:00:00")
    database.owner.execute("truncate log")
    database.etl(full=True)
    assert database.rows("select * from log") == []
    assert keys(database) == before


def test_a_failed_audit_leaves_empty_tables_their_keys(database: Database, shop: Shop) -> None:
    before = keys(database)
    spoil = "update etl_stage.fact_orders_r1 set quantity = quantity + 1"
    with pytest.raises(AuditFailed, match="fact_orders_units"):
        database.etl(full=True, at={"write": lambda: database.superuser.execute(spoil)})
    assert keys(database) == before
    assert database.rows("select * from ops.suspended_keys") == []
