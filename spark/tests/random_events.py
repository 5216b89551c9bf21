"""Histories of orders, and how they arrive: permuted, duplicated, delayed, replayed, cut into batches in any way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from random import Random

from events import Customer, Line, Message, OrderEvent, customer_id, order_id, product_id

PRODUCTS = 4
# One that the shop does not have.
UNKNOWN = 9
PARTITIONS = 3

# Around São Paulo's doubled hour and its day without midnight, and Kolkata's days that begin at half past.
INSTANTS = [
    datetime(2018, 2, 18, 1, 30, tzinfo=timezone.utc),
    datetime(2018, 2, 18, 2, 30, tzinfo=timezone.utc),
    datetime(2018, 2, 17, 18, 29, 59, 999000, tzinfo=timezone.utc),
    datetime(2018, 2, 17, 18, 30, tzinfo=timezone.utc),
    datetime(2017, 10, 15, 2, 59, 59, 999000, tzinfo=timezone.utc),
    datetime(2017, 10, 15, 3, tzinfo=timezone.utc),
    datetime(1900, 1, 1, tzinfo=timezone.utc),
    datetime(2999, 12, 31, 23, 59, 59, 999000, tzinfo=timezone.utc),
]
STATUSES = ("created", "approved", "shipped", "delivered", "canceled")

# The orders that a seed leaves: of version 0, with lines whose states need not be the same.
SEEDED_CUSTOMER = Customer(customer_id(0), "seeded", "s", INSTANTS[0])
SEEDED_LINES = (Line(product_id(0)), Line(product_id(1), 2, Decimal("0.01")))


def seeded_order(number: int) -> OrderEvent:
    return OrderEvent(order_id(number), 0, "delivered", INSTANTS[0], INSTANTS[0], SEEDED_CUSTOMER, SEEDED_LINES)


def history(random: Random, number: int, versions: int) -> list[OrderEvent]:
    """Versions of an order: mostly as producers make them, only the state moves; sometimes one thing more does."""
    state = seeded_order(number)
    if random.random() < 0.5:
        state = replace(
            state, order_timestamp=random.choice(INSTANTS), customer=_customer(random), lines=_lines(random)
        )
    events = []
    for version in range(1, versions + 1):
        if random.random() < 0.4:
            state = _changed(random, state)
        event_time = random.choice(INSTANTS)
        events.append(replace(state, version=version, status=random.choice(STATUSES), event_time=event_time))
    return events


def _changed(random: Random, state: OrderEvent) -> OrderEvent:
    at = random.randrange(len(state.lines))
    one, others = state.lines[at], state.lines[:at] + state.lines[at + 1 :]
    match random.randrange(8):
        case 0:
            return replace(state, order_timestamp=random.choice(INSTANTS))
        case 1:
            return replace(state, customer=_customer(random))
        case 2:
            return replace(state, lines=(replace(one, quantity=one.quantity % 3 + 1), *others))
        case 3:
            return replace(
                state, lines=(*others, replace(one, price=10 - one.price if one.price <= 10 else Decimal(5)))
            )
        case 4:
            return replace(state, lines=others or state.lines)
        case 5:
            free = [n for n in range(PRODUCTS) if product_id(n) not in {line.product_id for line in state.lines}]
            return replace(state, lines=(*state.lines, Line(product_id(free[0]))) if free else state.lines)
        case 6:
            return replace(state, lines=_lines(random))
        case _:
            return replace(state, lines=state.lines[::-1])


def _customer(random: Random) -> Customer:
    return Customer(customer_id(random.randrange(4)), random.choice("ab"), "e", random.choice(INSTANTS))


def _lines(random: Random) -> tuple[Line, ...]:
    numbers = random.sample(range(PRODUCTS), random.randint(1, 3))
    if random.random() < 0.1:
        numbers[-1] = UNKNOWN
    prices = [Decimal(price) for price in ("0", "0.01", "10", "9999999999.99")]
    return tuple(Line(product_id(number), random.randint(1, 3), random.choice(prices)) for number in numbers)


@dataclass(frozen=True)
class Batch:
    messages: list[Message]
    plan: dict[int, tuple[int, int]]
    # Offsets before the batch's own that are planned once more, and are in the ledger already.
    again: int
    # Whether the commit's answer is lost.
    repeated: bool
    # What the ETL does after it: nothing, look at the marks and days, or publish what it saw.
    etl: str


def arrivals(random: Random, orders: int, versions: int, batches: int) -> list[Batch]:
    events = [event for n in range(orders) for event in history(random, n, versions)]
    # Each event in its order's turn, in any order, or late by some.
    lateness = random.choice((0, 5, len(events)))
    places = {id(event): n % versions * orders + random.uniform(0, lateness) for n, event in enumerate(events)}
    events.sort(key=lambda event: places[id(event)])
    sent: list[OrderEvent | None] = [*events]
    for _ in range(random.randrange(len(events))):
        sent.insert(random.randrange(len(sent)), random.choice(events))
    for _ in range(random.randrange(4)):
        sent.insert(random.randrange(len(sent)), None)
    partitions, ends = _spread(random, sent)
    cuts = [[0, *sorted(random.choices(range(end + 1), k=batches - 1)), end] for end in ends]
    plans = [{p: (cut[n], cut[n + 1]) for p, cut in enumerate(cuts)} for n in range(batches)]
    return [
        Batch(
            [message for p, (first, end) in plan.items() for message in partitions[p] if first <= message.offset < end],
            plan,
            random.choice((0, 0, 0, 1, 100)),
            random.random() < 0.2,
            random.choice(("", "", "look", "publish")),
        )
        for plan in plans
    ]


def _spread(random: Random, sent: list[OrderEvent | None]) -> tuple[list[list[Message]], list[int]]:
    """Messages by partition, an order's in one of them or in any, and where each ends."""
    by_key = random.random() < 0.5
    partitions: list[list[Message]] = [[] for _ in range(PARTITIONS)]
    ends = [0] * PARTITIONS
    for event in sent:
        at = event.order_id.int % PARTITIONS if by_key and event else random.randrange(PARTITIONS)
        # Offsets may be passed over: the marks of transactions take some.
        offset = ends[at] + random.choice((0, 0, 0, 1, 2))
        reason = None if event else random.choice(("malformed_json", "version: too small"))
        partitions[at].append(Message(at, offset, event, reason))
        ends[at] = offset + 1
    return partitions, ends
