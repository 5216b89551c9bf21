"""Order events, the messages that bring them, and what a right consumer makes of them, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

START = datetime(2018, 2, 17, 12, tzinfo=timezone.utc)


def uuid_of(kind: int, number: int) -> UUID:
    """Ids whose order isn't that of their numbers."""
    return UUID(int=(kind << 124) + ((number * 0x9E3779B97F4A7C15) % (1 << 64)))


def order_id(number: int) -> UUID:
    return uuid_of(1, number)


def product_id(number: int) -> UUID:
    return uuid_of(2, number)


def customer_id(number: int) -> UUID:
    return uuid_of(3, number)


@dataclass(frozen=True)
class Customer:
    id: UUID = field(default_factory=lambda: customer_id(0))
    name: str = "Célia “Zé” Macedo"
    email: str = "celia@example.com"
    created_at: datetime = START


@dataclass(frozen=True)
class Line:
    product_id: UUID
    quantity: int = 1
    price: Decimal = Decimal("10.00")


@dataclass(frozen=True)
class OrderEvent:
    order_id: UUID
    version: int = 1
    status: str = "created"
    event_time: datetime = START
    order_timestamp: datetime = START
    customer: Customer = field(default_factory=Customer)
    lines: tuple[Line, ...] = (Line(product_id(0)),)


@dataclass(frozen=True)
class Message:
    """What the stream's reader makes of a Kafka message: an event, or the reason why it is none."""

    partition: int
    offset: int
    event: OrderEvent | None = None
    reason: str | None = None
    key: bytes | None = b"key"
    payload: bytes | None = b"{}"
    produced_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc) - timedelta(seconds=1))


def numbered(events: Iterable[OrderEvent | str], partition: int = 0, first: int = 0) -> list[Message]:
    """Events, or the reasons why they are none, at offsets from `first` on."""
    return [
        Message(partition, first + n, reason=event) if isinstance(event, str) else Message(partition, first + n, event)
        for n, event in enumerate(events)
    ]


# (order_id, product_id): customer_id, quantity, price, order_timestamp, status, version, status_at
OrderRows = dict[tuple[UUID, UUID], tuple[UUID, int, Decimal, datetime, str, int, datetime | None]]


@dataclass
class Fold:
    """src/events/fold.ts and what the tables have to be after it."""

    products: Collection[UUID]
    orders: OrderRows = field(default_factory=dict)
    customers: dict[UUID, Customer] = field(default_factory=dict)
    # (partition, offset): reason
    rejects: dict[tuple[int, int], str] = field(default_factory=dict)
    totals: Counter[str] = field(default_factory=Counter)

    def version(self, order: UUID) -> int:
        return max((row[5] for (of, _), row in self.orders.items() if of == order), default=0)

    def apply_batch(self, messages: Iterable[Message]) -> dict[str, int]:
        """Takes a batch in, in order of (partition, offset), and counts its verdicts."""
        arrived = sorted(messages, key=lambda message: (message.partition, message.offset))
        counts = Counter(read=len(arrived))
        events: list[OrderEvent] = []
        for message in arrived:
            reason = message.reason
            if message.event and not all(line.product_id in self.products for line in message.event.lines):
                reason = "unknown_product"
            if reason is not None:
                self.rejects[message.partition, message.offset] = reason
                counts["rejected"] += 1
            else:
                assert message.event is not None
                events.append(message.event)
        highest: dict[UUID, int] = {}
        for event in events:
            highest[event.order_id] = max(highest.get(event.order_id, 0), event.version)
        before = {order: self.version(order) for order in highest}
        seen: set[tuple[UUID, int]] = set()
        for event in events:
            counts[self._take(event, before[event.order_id], highest[event.order_id], seen)] += 1
        self.totals.update(counts)
        return {name: counts[name] for name in ("read", "applied", "superseded", "stale", "duplicate", "rejected")}

    def _take(self, event: OrderEvent, stored: int, highest: int, seen: set[tuple[UUID, int]]) -> str:
        identity = (event.order_id, event.version)
        if event.version == stored or identity in seen:
            return "duplicate"
        if event.version < stored:
            return "stale"
        seen.add(identity)
        if event.version < highest:
            return "superseded"
        self._apply(event)
        return "applied"

    def _apply(self, event: OrderEvent) -> None:
        self.customers.setdefault(event.customer.id, event.customer)
        for key in [key for key in self.orders if key[0] == event.order_id]:
            del self.orders[key]
        for line in event.lines:
            self.orders[event.order_id, line.product_id] = (
                event.customer.id,
                line.quantity,
                line.price,
                event.order_timestamp,
                event.status,
                event.version,
                event.event_time,
            )
