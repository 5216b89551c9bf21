"""A shop that a stream writes to: a database of its own, and stage rows without Spark."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from conftest import TEMPLATE, _required
from events import Customer, Message, OrderRows, product_id

from shop_pipe_jobs.postgres import Connection, PostgresTarget
from shop_pipe_jobs.stream.faults import NO_FAULTS, Faults
from shop_pipe_jobs.stream.ledger import Claim, TopicState, claim
from shop_pipe_jobs.stream.merge import Merged, Staged, merge
from shop_pipe_jobs.stream.stages import FIRST_STAGE, STAGES

STREAM = "orders"
ZONE = "America/Sao_Paulo"

# Far beyond what any test reads.
LATEST = 1_000_000

Plan = dict[int, tuple[int, int]]


def topic(partitions: Mapping[int, tuple[int, int]] | int = 1, **changes: str) -> TopicState:
    """`partitions`: earliest and latest of each, or how many there are."""
    if isinstance(partitions, int):
        partitions = dict.fromkeys(range(partitions), (0, LATEST))
    return TopicState(**{"topic": "shop.orders", "cluster_id": "C", "topic_id": "T", **changes}, partitions=partitions)


def plan_of(messages: Iterable[Message]) -> Plan:
    """Ranges that just hold the messages."""
    plan: Plan = {}
    for message in messages:
        first, following = plan.get(message.partition, (message.offset, message.offset))
        plan[message.partition] = (min(first, message.offset), max(following, message.offset + 1))
    return plan


@dataclass
class StreamShop:
    server: Mapping[str, Any]
    name: str
    owner: Connection
    stream: Connection
    zone: str = ZONE
    claim: Claim | None = None
    sessions: list[Connection] = field(default_factory=list)
    _stages: list[str] = field(default_factory=lambda: list(STAGES))

    def target(self, user: str) -> PostgresTarget:
        passwords = self.server["passwords"]
        return PostgresTarget(self.server["host"], self.server["port"], self.name, user, passwords[user])

    def session(self, user: str = "shop_stream", application: str = "tests") -> Connection:
        connection = self.target(user).connect(application)
        self.sessions.append(connection)
        return connection

    def claim_stream(self, state: TopicState | None = None, connection: Connection | None = None) -> dict[int, int]:
        self.claim, offsets = claim(connection or self.stream, STREAM, state or topic())
        return offsets

    def stage(self, messages: Iterable[Message], table: str = FIRST_STAGE) -> Staged:
        write, task = str(uuid.uuid4()), 7
        rows = [_row(write, task, message) for message in messages]
        with self.owner.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        return Staged(write, (task,), len(rows), table)

    def merge(
        self,
        messages: Iterable[Message],
        plan: Plan | None = None,
        *,
        connection: Connection | None = None,
        held: Claim | None = None,
        faults: Faults = NO_FAULTS,
    ) -> Merged:
        """Stages and merges. Without a `plan`: exactly the messages."""
        messages = list(messages)
        if self.claim is None:
            self.claim_stream()
        plan = plan_of(messages) if plan is None else plan
        # In turn, as the driver does it.
        self._stages.reverse()
        staged = self.stage(messages, self._stages[0])
        return self.merge_staged(staged, plan, connection=connection, held=held, faults=faults)

    def merge_staged(
        self,
        staged: Staged,
        plan: Plan,
        *,
        connection: Connection | None = None,
        held: Claim | None = None,
        faults: Faults = NO_FAULTS,
    ) -> Merged:
        holder = held or self.claim
        assert holder is not None
        return merge(connection or self.stream, holder, staged, plan, self.zone, faults=faults)

    def add_products(self, numbers: Iterable[int]) -> list[UUID]:
        ids = [product_id(number) for number in numbers]
        with self.owner.cursor() as cursor:
            cursor.executemany(
                "insert into shop.products (product_id, name, category, price) values (%s, 'P', 'toys', 1)",
                [(known,) for known in ids],
            )
        return ids

    def empty(self) -> None:
        """As it was when it was made, but for the numbers of sequences."""
        self.owner.execute(
            """
            truncate shop.orders, shop.customers, shop.products, live.hourly_sales, live.daily_product_sales,
              ops.streams, ops.stream_offsets, ops.stream_batches, ops.rejects, ops.changed_days,
              stream_stage.events, stream_stage.events_b
            """
        )
        self.owner.execute("delete from ops.settings where name like '%%timezone'")

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.owner.execute(query, parameters).fetchall()

    def value(self, query: str, parameters: Any = None) -> Any:
        return self.rows(query, parameters)[0][0]

    def orders(self) -> OrderRows:
        return {
            (order, product): tuple(rest)
            for order, product, *rest in self.rows(
                "select order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at"
                " from shop.orders"
            )
        }

    def customers(self) -> dict[UUID, Customer]:
        rows = self.rows("select customer_id, name, email, created_at from shop.customers")
        return {row[0]: Customer(*row) for row in rows}

    def rejects(self) -> dict[tuple[int, int], str]:
        return {
            (partition, offset): reason
            for partition, offset, reason in self.rows("select kafka_partition, kafka_offset, reason from ops.rejects")
        }

    def ledger(self) -> dict[int, int]:
        return dict(self.rows("select partition, next_offset from ops.stream_offsets order by partition"))

    def totals(self) -> dict[str, int]:
        names = ("read", "applied", "superseded", "stale", "duplicate", "rejected", "skipped", "batches")
        return dict(zip(names, self.rows(f"select {', '.join(names)} from ops.streams")[0], strict=True))

    def everything(self) -> dict[str, Any]:
        """All that a merge may write."""
        tables = (
            "shop.orders shop.customers live.hourly_sales live.daily_product_sales ops.rejects ops.changed_days"
            " ops.stream_offsets ops.stream_batches"
        )
        return {table: self.rows(f"select * from {table} order by 1, 2") for table in tables.split()}

    def wrong_rollups(self) -> list[Any]:
        """Rows of live.* that differ from those of shop.orders."""
        wrong = []
        for table, counted in (("hourly_sales", "order_hour"), ("daily_product_sales", "order_date, product_id")):
            more = "orders, units, revenue, cancellations" + (", canceled_revenue" * (table == "hourly_sales"))
            held = f"select {counted}, {more} from live.{table} where (orders, units, cancellations) <> (0, 0, 0)"
            right = f"select {counted}, {more} from live.{table}_of_orders(%(zone)s)"
            for left, minus, other in (("held", held, right), ("right", right, held)):
                wrong += [(table, left, *row) for row in self.rows(f"{minus} except all {other}", {"zone": self.zone})]
        return wrong

    def lines_by_day(self) -> dict[str, set[Any]]:
        days: dict[str, set[Any]] = {}
        query = "select ops.business_day(order_timestamp, %s)::text, to_jsonb(orders)::text from shop.orders"
        for day, line in self.rows(query, (self.zone,)):
            days.setdefault(day, set()).add(line)
        return days

    def marks(self) -> dict[int, str]:
        return dict(self.rows("select mark_id, order_date::text from ops.changed_days"))


def _row(write: str, task: int, message: Message) -> tuple[Any, ...]:
    head = (write, task, message.partition, message.offset, message.produced_at, message.key, message.payload)
    event = message.event
    if event is None:
        return (*head, message.reason, *[None] * 12)
    customer, lines = event.customer, event.lines
    stamps: tuple[datetime, datetime] = (event.event_time, event.order_timestamp)
    return (
        *head,
        None,
        event.order_id,
        event.version,
        event.status,
        *stamps,
        customer.id,
        customer.name,
        customer.email,
        customer.created_at,
        [line.product_id for line in lines],
        [line.quantity for line in lines],
        [line.price for line in lines],
    )


@contextmanager
def stream_shop(zone: str = ZONE) -> Iterator[StreamShop]:
    server = json.loads(_required("SHOP_TEST_POSTGRES", "JSON: host, port, passwords of the roles"))
    name = f"test_{secrets.token_hex(6)}"

    def connect(user: str, database: str) -> Connection:
        return PostgresTarget(server["host"], server["port"], database, user, server["passwords"][user]).connect(
            "tests"
        )

    with connect("postgres", "postgres") as bootstrap:
        bootstrap.execute(f"create database {name} owner shop_owner template {TEMPLATE}")
        try:
            with connect("shop_owner", name) as owner, connect("shop_stream", name) as stream:
                shop = StreamShop(server, name, owner, stream, zone)
                try:
                    yield shop
                finally:
                    for connection in shop.sessions:
                        connection.close()
        finally:
            bootstrap.execute(f"drop database if exists {name} with (force)")
