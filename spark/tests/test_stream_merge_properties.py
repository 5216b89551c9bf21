"""Whatever comes, in whatever order, repeated, late and cut into batches in any way: a fold gives the same tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from events import Customer, Fold, Line, Message, OrderEvent, customer_id, order_id, product_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_events import INSTANTS, PARTITIONS, PRODUCTS, SEEDED_CUSTOMER, arrivals, seeded_order
from stream_shop import StreamShop, stream_shop, topic


@dataclass
class Etl:
    """The batch, which looks at marks and rows in one snapshot and publishes them later."""

    shop: StreamShop
    curated: dict[str, set[object]] = field(default_factory=dict)
    _seen: tuple[list[int], dict[str, set[object]]] | None = None

    def look(self) -> None:
        marks = self.shop.marks()
        days = self.shop.lines_by_day()
        self._seen = (list(marks), {day: days.get(day, set()) for day in marks.values()})

    def publish(self) -> None:
        if self._seen is None:
            return
        marks, days = self._seen
        self._seen = None
        self.curated.update(days)
        self.shop.owner.execute("delete from ops.changed_days where mark_id = any(%s::bigint[])", (marks,))

    def check(self) -> None:
        """A day that is not as it was published is marked."""
        days = self.shop.lines_by_day()
        differs = {day for day in days.keys() | self.curated if days.get(day, set()) != self.curated.get(day, set())}
        assert differs <= set(self.shop.marks().values())


@pytest.fixture(scope="module", params=["America/Sao_Paulo", "UTC", "Asia/Kolkata"])
def shop(request: pytest.FixtureRequest) -> Iterator[StreamShop]:
    with stream_shop(request.param) as shop:
        yield shop


def _seed(shop: StreamShop, fold: Fold, random: Random) -> None:
    """Orders as a seed leaves them."""
    owner = shop.owner
    owner.execute("insert into shop.customers values (%s, %s, %s, %s)", tuple(vars(SEEDED_CUSTOMER).values()))
    fold.customers[SEEDED_CUSTOMER.id] = SEEDED_CUSTOMER
    for order in (seeded_order(0), seeded_order(1)):
        statuses = random.choice((["delivered"], ["unavailable"], ["canceled"], ["delivered", "shipped", "canceled"]))
        for line in order.lines:
            status = random.choice(statuses)
            owner.execute(
                "insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                (
                    order.order_id,
                    line.product_id,
                    order.customer.id,
                    line.quantity,
                    line.price,
                    order.order_timestamp,
                    status,
                ),
            )
            row = (order.customer.id, line.quantity, line.price, order.order_timestamp, status, 0, None)
            fold.orders[order.order_id, line.product_id] = row
    owner.execute("select live.rebuild(%s)", (shop.zone,))


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    random=st.randoms(use_true_random=True),
    orders=st.integers(1, 5),
    versions=st.integers(1, 5),
    cuts=st.integers(1, 6),
    seeded=st.booleans(),
)
def test_tables_and_books_are_what_a_fold_gives(
    shop: StreamShop, *, random: Random, orders: int, versions: int, cuts: int, seeded: bool
) -> None:
    shop.empty()
    shop.claim = None
    products = shop.add_products(range(PRODUCTS))
    fold = Fold(set(products))
    if seeded:
        _seed(shop, fold, random)
    etl = Etl(shop, curated=shop.lines_by_day())
    shop.claim_stream(topic(PARTITIONS))
    committed, skipped, batches = dict.fromkeys(range(PARTITIONS), 0), 0, 0
    sent: list[Message] = []
    for batch in arrivals(random, orders, versions, cuts):
        plan = {p: (max(first - batch.again, 0), following) for p, (first, following) in batch.plan.items()}
        earlier = [message for message in sent if message.offset >= plan[message.partition][0]]
        staged = [*earlier, *batch.messages]
        merged = shop.merge(staged, plan)
        sent += batch.messages
        if any(following > first for first, following in batch.plan.values()):
            batches += 1
            skipped += merged.skipped
            assert {name: getattr(merged, name) for name in _VERDICTS} == fold.apply_batch(batch.messages)
            assert sum(merged.latency.values()) == merged.read
        else:
            assert merged.batch_id is None
        committed = {partition: following for partition, (_, following) in batch.plan.items()}
        assert merged.committed == committed == shop.ledger()
        if batch.repeated:
            assert shop.merge(staged, plan).batch_id is None
        _check(shop, fold, skipped, batches)
        etl.check()
        if batch.etl:
            getattr(etl, batch.etl)()
            etl.check()
    assert shop.totals()["read"] + skipped == sum(committed.values())
    _check_batches(shop)
    # Two runs: one that looked long ago, and one now.
    etl.publish()
    etl.look()
    etl.publish()
    assert {day: rows for day, rows in etl.curated.items() if rows} == shop.lines_by_day()


_VERDICTS = ("read", "applied", "superseded", "stale", "duplicate", "rejected")


def _check(shop: StreamShop, fold: Fold, skipped: int, batches: int) -> None:
    assert shop.orders() == fold.orders
    assert shop.customers() == fold.customers
    assert shop.rejects() == fold.rejects
    assert shop.value("select count(*) from ops.rejects") == len(fold.rejects)
    assert shop.wrong_rollups() == []
    assert shop.totals() == {**{name: fold.totals[name] for name in _VERDICTS}, "skipped": skipped, "batches": batches}


def _check_batches(shop: StreamShop) -> None:
    """Each batch begins where the one before ended, and its counts are those of its offsets."""
    rows = shop.rows("select offsets, read + skipped from ops.stream_batches order by batch_id")
    assert all(sum(following - first for first, following in offsets.values()) == n for offsets, n in rows)
    for partition in map(str, range(PARTITIONS)):
        ranges = [offsets[partition] for offsets, _ in rows if partition in offsets]
        assert not ranges or ranges[0][0] == 0
        assert all(before[1] == after[0] for before, after in pairwise(ranges))


def _event(number: int, **changes: object) -> OrderEvent:
    return OrderEvent(**{"order_id": order_id(number), "lines": (Line(product_id(0)),), **changes})  # type: ignore[arg-type]


HIGHEST_QUANTITY = 2**31 - 1
HIGHEST_PRICE = Decimal("9999999999.99")


@pytest.mark.parametrize(
    "event",
    [
        _event(1, version=2**31 - 1),
        _event(1, lines=(Line(product_id(0), HIGHEST_QUANTITY, Decimal("465.66")),)),
        _event(1, lines=(Line(product_id(0), 99, HIGHEST_PRICE),)),
        # Beyond the schema, and still within what the columns hold.
        _event(1, lines=(Line(product_id(0), HIGHEST_QUANTITY, HIGHEST_PRICE),)),
        _event(1, status="canceled", lines=(Line(product_id(0), HIGHEST_QUANTITY, HIGHEST_PRICE),)),
        _event(1, order_timestamp=datetime(1900, 1, 1, tzinfo=timezone.utc), event_time=INSTANTS[-1]),
        _event(1, order_timestamp=INSTANTS[-1], event_time=datetime(1900, 1, 1, tzinfo=timezone.utc)),
        _event(1, customer=Customer(customer_id(1), "\U0001f600" * 1000, "é" * 320, INSTANTS[-1])),
        _event(1, lines=tuple(Line(product_id(n)) for n in range(100))),
    ],
)
def test_extreme_values_poison_no_batch(shop: StreamShop, event: OrderEvent) -> None:
    shop.empty()
    shop.claim = None
    fold = Fold(set(shop.add_products(range(100))))
    for offset, one in enumerate((event, event)):
        message = Message(0, offset, one)
        counts = fold.apply_batch([message])
        merged = shop.merge([message])
        assert {name: getattr(merged, name) for name in _VERDICTS} == counts
    assert shop.orders() == fold.orders
    assert shop.customers() == fold.customers
    assert shop.wrong_rollups() == []


def test_no_sum_of_highest_values_overflows(shop: StreamShop) -> None:
    """10,001 lines of just under R$ 10^12 are more than numeric(18, 2) holds, all in one hour and of one product."""
    shop.empty()
    shop.claim = None
    shop.add_products([0])
    highest = (Line(product_id(0), HIGHEST_QUANTITY, Decimal("465.66")),)
    events = [Message(0, n, _event(n, lines=highest, status=("created", "canceled")[n % 2])) for n in range(22_000)]
    shop.merge(events[:2_000])
    assert shop.merge(events[2_000:]).applied == 20_000
    assert shop.wrong_rollups() == []
    assert shop.value("select revenue > 10::numeric ^ 16 from live.daily_product_sales where revenue > 0")


@pytest.mark.parametrize("produced", ["-infinity", "infinity", "4713-01-01 BC", "294276-12-31"])
def test_any_time_of_production_has_a_latency(shop: StreamShop, produced: str) -> None:
    shop.empty()
    shop.claim = None
    shop.add_products([0])
    shop.owner.execute(f"alter table stream_stage.events alter produced_at set default '{produced}'")
    shop.claim_stream(topic())
    staged = shop.stage([Message(0, 0, _event(1)), Message(0, 1, reason="bad")])
    shop.owner.execute("update stream_stage.events set produced_at = default")
    shop.owner.execute("alter table stream_stage.events alter produced_at drop default")
    merged = shop.merge_staged(staged, {0: (0, 2)})
    assert sum(merged.latency.values()) == 2
    assert min(merged.latency) >= 0
    assert shop.value("select produced_at::text from ops.rejects") is not None
