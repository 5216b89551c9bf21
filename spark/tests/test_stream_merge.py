"""The merge of single batches: verdicts, tables and books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from events import (
    START,
    Customer,
    Fold,
    Line,
    Message,
    OrderEvent,
    customer_id,
    numbered,
    order_id,
    product_id,
)
from stream_shop import StreamShop, stream_shop, topic

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.stream.merge import StageLost
from shop_pipe_jobs.stream.stages import STAGES

CREATED = OrderEvent(order_id(1))
APPROVED = replace(CREATED, version=2, status="approved", event_time=START + timedelta(hours=1))
SHIPPED = replace(CREATED, version=3, status="shipped", event_time=START + timedelta(hours=2))
CANCELED = replace(CREATED, version=3, status="canceled", event_time=START + timedelta(days=2))


@pytest.fixture
def shop() -> Iterator[StreamShop]:
    with stream_shop() as shop:
        shop.add_products(range(4))
        yield shop


def _verdicts(shop: StreamShop, *events: OrderEvent | str) -> dict[str, int]:
    """Merges them as the next batch: the verdicts that there were."""
    first = shop.ledger().get(0, 0)
    merged = shop.merge(numbered(events, first=first))
    assert shop.wrong_rollups() == []
    names = ("applied", "superseded", "stale", "duplicate", "rejected")
    return {name: count for name in names if (count := getattr(merged, name))}


def test_of_a_batch_the_highest_version_is_applied(shop: StreamShop) -> None:
    assert _verdicts(shop, CREATED, APPROVED, APPROVED, SHIPPED, CREATED) == {
        "applied": 1,
        "superseded": 2,
        "duplicate": 2,
    }
    assert [row[4:] for row in shop.orders().values()] == [("shipped", 3, SHIPPED.event_time)]


def test_what_is_in_the_tables_decides_over_what_comes(shop: StreamShop) -> None:
    assert _verdicts(shop, APPROVED) == {"applied": 1}
    assert _verdicts(shop, CREATED, APPROVED, APPROVED) == {"stale": 1, "duplicate": 2}
    assert _verdicts(shop, CREATED, SHIPPED) == {"stale": 1, "applied": 1}


def test_the_first_to_arrive_is_the_event_and_any_other_of_its_version_a_duplicate(shop: StreamShop) -> None:
    shop.claim_stream(topic(2))
    other = replace(CREATED, lines=(Line(product_id(1), 5),))
    merged = shop.merge([Message(1, 0, other), Message(0, 9, CREATED)], {0: (0, 10), 1: (0, 1)})
    assert (merged.applied, merged.duplicate, merged.skipped) == (1, 1, 9)
    assert list(shop.orders()) == [(order_id(1), product_id(0))]


def test_a_version_replaces_the_whole_order(shop: StreamShop) -> None:
    lines = (Line(product_id(0)), Line(product_id(1), 2), Line(product_id(2), 3))
    moved = replace(
        APPROVED,
        lines=(Line(product_id(3), 4), Line(product_id(1), 7, Decimal("0.01"))),
        order_timestamp=START - timedelta(days=3),
        customer=Customer(customer_id(1), "other", "other@example.com"),
    )
    fold = Fold({product_id(n) for n in range(4)})
    for event in (replace(CREATED, lines=lines), moved):
        fold.apply_batch(numbered([event]))
        assert _verdicts(shop, event) == {"applied": 1}
        assert shop.orders() == fold.orders
    assert shop.customers() == fold.customers
    assert set(shop.marks().values()) == {"2018-02-17", "2018-02-14"}


def test_lines_in_another_order_are_the_same_lines(shop: StreamShop) -> None:
    lines = (Line(product_id(0)), Line(product_id(1), 2), Line(product_id(2), 3, Decimal("1.5")))
    _verdicts(shop, replace(CREATED, lines=lines))
    before = shop.value("select sum(revenue) from live.daily_product_sales")
    assert _verdicts(shop, replace(APPROVED, lines=lines[::-1])) == {"applied": 1}
    assert {row[1:3] for row in shop.orders().values()} == {(1, 10), (2, 10), (3, Decimal("1.5"))}
    assert shop.value("select sum(revenue) from live.daily_product_sales") == before


def test_a_cancellation_counts_where_it_happened(shop: StreamShop) -> None:
    _verdicts(shop, CREATED)
    assert _verdicts(shop, CANCELED) == {"applied": 1}
    hours = shop.rows(
        "select order_hour, orders, units, cancellations, canceled_revenue from live.hourly_sales order by 1"
    )
    assert hours == [(START, 1, 0, 0, 0), (CANCELED.event_time, 0, 0, 1, 10)]
    # Whatever comes after it takes it back.
    assert _verdicts(shop, replace(CANCELED, version=4, status="delivered")) == {"applied": 1}
    # A later cancellation moves it.
    assert _verdicts(shop, replace(CANCELED, version=5)) == {"applied": 1}
    later = CANCELED.event_time + timedelta(hours=5)
    assert _verdicts(shop, replace(CANCELED, version=6, event_time=later)) == {"applied": 1}


@pytest.mark.parametrize("status", ["delivered", "canceled", "unavailable"])
def test_a_seeded_order_is_of_version_0(shop: StreamShop, status: str) -> None:
    shop.owner.execute("insert into shop.customers values (%s, 'known', 'k@example.com', now())", (customer_id(0),))
    with shop.owner.cursor() as cursor:
        cursor.executemany(
            "insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)"
            " values (%s, %s, %s, 1, 10, %s, %s)",
            # Nothing keeps another writer from giving lines a status of their own.
            [(order_id(1), product_id(n), customer_id(0), START, status if n else "shipped") for n in range(2)],
        )
    shop.owner.execute("select live.rebuild(%s)", (shop.zone,))
    same = (Line(product_id(0)), Line(product_id(1)))
    assert _verdicts(shop, replace(CREATED, lines=same)) == {"applied": 1}
    assert _verdicts(shop, replace(APPROVED, lines=same)) == {"applied": 1}
    assert {row[4:6] for row in shop.orders().values()} == {("approved", 2)}
    assert shop.customers()[customer_id(0)].name == "known"


def test_a_customer_is_as_the_first_event_says(shop: StreamShop) -> None:
    customer = Customer(customer_id(5), "first", "a@example.com")
    events = [
        replace(CREATED, order_id=order_id(2), customer=customer),
        # Not applied: what it says of customers is not heard.
        replace(CREATED, customer=Customer(customer_id(6))),
        replace(APPROVED, customer=replace(customer, name="second")),
    ]
    assert _verdicts(shop, *events) == {"applied": 2, "superseded": 1}
    assert shop.customers() == {customer.id: customer}


def test_what_is_refused_is_kept_as_it_came(shop: StreamShop) -> None:
    unknown = replace(CREATED, lines=(Line(product_id(0)), Line(product_id(99))))
    produced = datetime(2020, 1, 2, tzinfo=timezone.utc)
    messages = [
        Message(0, 3, reason="malformed_json", payload=b"\x00\xff{", key=None, produced_at=produced),
        Message(0, 4, unknown, payload=b"unknown", key=b"\x00"),
        Message(0, 6, reason="customer.name: too long", payload=None),
        Message(0, 7, CREATED),
    ]
    merged = shop.merge(messages, {0: (0, 9)})
    assert (merged.read, merged.rejected, merged.applied, merged.skipped) == (4, 3, 1, 5)
    found = shop.rows(
        "select source, position, reason, payload, message_key, kafka_partition, kafka_offset from ops.rejects"
        " order by reject_id"
    )
    assert found == [
        ("shop.orders", "partition 0 offset 3", "malformed_json", b"\x00\xff{", None, 0, 3),
        ("shop.orders", "partition 0 offset 4", "unknown_product", b"unknown", b"\x00", 0, 4),
        ("shop.orders", "partition 0 offset 6", "customer.name: too long", b"", b"key", 0, 6),
    ]
    assert shop.value("select produced_at from ops.rejects where kafka_offset = 3") == produced
    # It neither moves its order on, nor does it hide a version of it.
    assert len(shop.orders()) == 1


def test_an_event_of_an_unknown_product_is_no_version_at_all(shop: StreamShop) -> None:
    unknown = replace(SHIPPED, lines=(Line(product_id(99)),))
    assert _verdicts(shop, CREATED, unknown, unknown) == {"applied": 1, "rejected": 2}
    assert _verdicts(shop, replace(unknown, version=1), APPROVED) == {"applied": 1, "rejected": 1}
    shop.add_products([99])
    assert _verdicts(shop, unknown) == {"applied": 1}


def test_a_batch_of_unknown_products_takes_no_longer_than_any_other(shop: StreamShop) -> None:
    count = 20_000
    events = [replace(CREATED, order_id=order_id(n), lines=(Line(product_id(1000 + n)),)) for n in range(count)]
    assert shop.merge(numbered(events)).rejected == count
    assert shop.value("select (seconds ->> 'merge')::float8 < 30 from ops.stream_batches")


def test_the_books_tell_of_each_batch(shop: StreamShop) -> None:
    produced = datetime.now(timezone.utc) - timedelta(seconds=10)
    messages = [Message(0, 5, CREATED, produced_at=produced), Message(0, 7, APPROVED, produced_at=produced)]
    shop.claim_stream(topic({0: (4, 100), 1: (0, 100)}))
    merged = shop.merge(messages, {0: (4, 9), 1: (0, 0)})
    assert merged.committed == {0: 9, 1: 0} == shop.ledger()
    (batch,) = shop.rows("select batch_id, epoch, offsets, read, skipped, latency from ops.stream_batches")
    assert batch[:5] == (merged.batch_id, 1, {"0": [4, 9]}, 2, 3)
    assert {int(bucket): count for bucket, count in batch[5].items()} == merged.latency
    # 10 to 20 seconds.
    ((bucket, count),) = merged.latency.items()
    assert count == 2
    assert 10_000 <= 1.1**bucket < 20_000
    assert shop.totals() == {
        "read": 2,
        "applied": 1,
        "superseded": 1,
        "stale": 0,
        "duplicate": 0,
        "rejected": 0,
        "skipped": 3,
        "batches": 1,
    }


def test_a_batch_without_messages_advances_the_ledger(shop: StreamShop) -> None:
    merged = shop.merge([], {0: (0, 3)})
    assert (merged.read, merged.skipped, merged.committed, merged.latency) == (0, 3, {0: 3}, {})


def test_offsets_that_are_committed_are_passed_over(shop: StreamShop) -> None:
    messages = numbered([CREATED, "bad", APPROVED, SHIPPED])
    shop.merge(messages[:2])
    merged = shop.merge(messages, {0: (0, 4)})
    assert (merged.read, merged.applied, merged.superseded, merged.rejected) == (2, 1, 1, 0)
    assert shop.value("select offsets from ops.stream_batches order by batch_id desc limit 1") == {"0": [2, 4]}
    assert len(shop.rejects()) == 1


def test_a_commit_whose_answer_was_lost_is_not_done_again(shop: StreamShop) -> None:
    messages = numbered([CREATED, "bad"])
    shop.merge(messages)
    before = shop.everything()
    merged = shop.merge(messages)
    assert (merged.batch_id, merged.read, merged.rejected, merged.committed) == (None, 0, 0, {0: 2})
    assert shop.everything() == before


def test_a_partition_that_is_behind_does_not_hold_the_others_up(shop: StreamShop) -> None:
    shop.claim_stream(topic(2))
    shop.merge([Message(0, 0, CREATED), Message(0, 1, APPROVED)])
    merged = shop.merge([Message(0, 0, CREATED), Message(1, 0, SHIPPED)])
    assert (merged.read, merged.applied, merged.committed) == (1, 1, {0: 2, 1: 1})


def test_a_partition_of_which_the_ledger_does_not_know_is_added(shop: StreamShop) -> None:
    shop.claim_stream(topic(1))
    assert shop.merge([Message(4, 12, CREATED)], {4: (10, 13)}).committed == {0: 0, 4: 13}
    assert shop.rows("select first_offset, next_offset from ops.stream_offsets where partition = 4") == [(10, 13)]


def test_a_gap_stops_the_stream(shop: StreamShop) -> None:
    shop.merge(numbered([CREATED]))
    before = shop.everything()
    with pytest.raises(JobError, match="is at offset 1 of partition 0, but the batch begins at 2") as caught:
        shop.merge(numbered([APPROVED], first=2))
    assert (caught.value.kind, caught.value.code) == ("data", "gap")
    assert shop.everything() == before


@pytest.mark.parametrize("stray", [Message(0, 5, CREATED), Message(1, 0, CREATED), Message(0, 1, CREATED)])
def test_rows_that_nobody_planned_are_a_bug(shop: StreamShop, stray: Message) -> None:
    shop.merge(numbered(["bad", "bad"]))
    before = shop.everything()
    with pytest.raises(JobError) as caught:
        shop.merge([*numbered([CREATED], first=2), stray], {0: (2, 4)})
    assert (caught.value.kind, caught.value.code) == ("bug", "rows_outside_plan")
    assert shop.everything() == before


def test_more_messages_than_offsets_are_a_bug(shop: StreamShop) -> None:
    with pytest.raises(JobError, match="2 in a range of 1"):
        shop.merge([Message(0, 0, CREATED), Message(0, 0, CREATED)])


def test_a_stage_that_was_emptied_is_written_again(shop: StreamShop) -> None:
    messages = numbered([CREATED, APPROVED])
    shop.claim_stream()
    staged = shop.stage(messages)
    shop.owner.execute("truncate stream_stage.events")
    before = shop.everything()
    with pytest.raises(StageLost, match="2 rows were staged, 0 are there"):
        shop.merge_staged(staged, {0: (0, 2)})
    assert shop.everything() == before
    assert shop.merge(messages).applied == 1


def test_rows_of_other_writes_and_lost_tasks_do_not_count(shop: StreamShop) -> None:
    shop.claim_stream()
    shop.stage(numbered([SHIPPED]))
    staged = shop.stage(numbered([CREATED]))
    # A second attempt of the task, which lost.
    shop.owner.execute(
        """
        insert into stream_stage.events (pgcopy_write, pgcopy_task, partition, "offset", produced_at, reason)
        select pgcopy_write, 8, partition, "offset", produced_at, 'lost'
        from stream_stage.events
        where pgcopy_write = %s
        """,
        (staged.write_id,),
    )
    assert shop.merge_staged(staged, {0: (0, 1)}).applied == 1
    assert shop.rows("select distinct status from shop.orders") == [("created",)]


LARGE = [Message(0, n, reason="left", payload=b"x" * 2000) for n in range(5_000)]


@pytest.mark.parametrize("stage", STAGES)
def test_a_large_stage_is_emptied_with_what_other_writes_left(shop: StreamShop, stage: str) -> None:
    shop.claim_stream()
    staged = {table: shop.stage(numbered([CREATED]), table) for table in STAGES}
    shop.stage(LARGE, stage)
    shop.merge_staged(staged[stage], {0: (0, 1)})
    # What was written to the other one meanwhile is still there.
    left = {table: shop.value(f"select count(*) from {table}") for table in STAGES}
    assert left == {table: 0 if table == stage else 1 for table in STAGES}


def test_a_stage_that_is_in_use_is_emptied_later(shop: StreamShop) -> None:
    shop.claim_stream()
    shop.stage(LARGE)
    with shop.session("shop_owner") as writer, writer.transaction():
        writer.execute("lock table stream_stage.events in row exclusive mode")
        assert shop.merge_staged(shop.stage(numbered([CREATED])), {0: (0, 1)}).applied == 1
    assert shop.value("select count(*) from stream_stage.events") == 5_001
    shop.merge_staged(shop.stage(numbered([APPROVED], first=1)), {0: (1, 2)})
    assert shop.value("select count(*) from stream_stage.events") == 0


def test_the_rollups_follow_the_zone(shop: StreamShop) -> None:
    _verdicts(shop, CREATED)
    shop.zone = "Asia/Kolkata"
    assert _verdicts(shop, APPROVED, replace(CREATED, order_id=order_id(2))) == {"applied": 2}
    assert shop.value("select value from ops.settings where name = 'live_timezone'") == "Asia/Kolkata"


def test_the_rollups_begin_with_the_orders_that_are_there(shop: StreamShop) -> None:
    _verdicts(shop, CREATED)
    shop.owner.execute("truncate live.hourly_sales, live.daily_product_sales")
    shop.owner.execute("delete from ops.settings")
    _verdicts(shop, replace(CREATED, order_id=order_id(2)))


def test_days_of_another_zone_than_the_curated_ones_are_not_marked(shop: StreamShop) -> None:
    shop.owner.execute("insert into ops.settings (name, value) values ('timezone', '\"UTC\"')")
    _verdicts(shop, CREATED)
    shop.owner.execute(
        "insert into ops.curated_days (order_date, order_lines, orders, units, revenue, run_id)"
        " values ('2018-02-17', 1, 1, 1, 1, 1)"
    )
    with pytest.raises(JobError, match="the curated days are days in UTC, not in America/Sao_Paulo") as caught:
        shop.merge(numbered([APPROVED], first=1))
    assert caught.value.code == "timezone_changed"
    assert shop.ledger() == {0: 1}
