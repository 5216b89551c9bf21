"""A small shop with random orders, and what its writers do: each change marks the days it touched."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from conftest import Database

STATUSES = ("delivered",) * 6 + ("shipped", "approved", "canceled", "unavailable")
CATEGORIES = ("toys", "books", "garden", "perfumery", "unknown")

# Instants around clock changes: São Paulo's day without midnight (2017-10-15), its doubled hour (the one before
# midnight of 2018-02-18), and Lord Howe's doubled half hour (2018-04-01 01:30-02:00).
SPECIAL = (
    "2017-10-15T02:59:59.999999",
    "2017-10-15T03:00:00",
    "2017-10-15T03:00:00.000001",
    "2018-02-18T01:30:00",
    "2018-02-18T01:59:59.999999",
    "2018-02-18T02:00:00",
    "2018-02-18T02:30:00.5",
    "2018-02-18T03:00:00",
    "2018-03-31T14:40:00",
    "2018-03-31T14:59:59.999999",
    "2018-03-31T15:10:00",
    "2018-03-31T15:29:59",
    "2018-03-31T15:30:00",
)


class Shop:
    def __init__(self, database: Database, seed: int, *, customers: int = 40, products: int = 25) -> None:
        self.database = database
        self.random = random.Random(seed)
        self.customers = [self._uuid() for _ in range(customers)]
        self.products = [self._uuid() for _ in range(products)]
        self.orders: list[uuid.UUID] = []
        with database.owner.cursor() as cursor:
            cursor.executemany(
                "insert into shop.customers (customer_id, name, email, created_at) values (%s, %s, %s, %s)",
                [(c, f"Name {n} “ü”", f"c{n}@example.com", "2016-01-01Z") for n, c in enumerate(self.customers)],
            )
            cursor.executemany(
                "insert into shop.products (product_id, name, category, price) values (%s, %s, %s, %s)",
                [
                    (p, f"Product {n}", self.random.choice(CATEGORIES), None if n % 7 == 0 else Decimal(n))
                    for n, p in enumerate(self.products)
                ],
            )

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128))

    def around(self, first: str, days: float) -> datetime:
        start = datetime.fromisoformat(first).replace(tzinfo=timezone.utc)
        return start + timedelta(microseconds=self.random.randrange(round(days * 86_400_000_000)))

    def order(self, at: datetime | str) -> uuid.UUID:
        """One order of one to four lines; sometimes they have different statuses, the tables allow it."""
        if isinstance(at, str):
            at = datetime.fromisoformat(at).replace(tzinfo=timezone.utc)
        order, customer, status = self._uuid(), self.random.choice(self.customers), self.random.choice(STATUSES)
        with self.database.owner.transaction(), self.database.owner.cursor() as cursor:
            cursor.executemany(
                "insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        order,
                        product,
                        customer,
                        self.random.randint(1, 5),
                        Decimal(self.random.randrange(0, 50_000)) / 100,
                        at,
                        self.random.choice(STATUSES) if self.random.random() < 0.1 else status,
                    )
                    for product in self.random.sample(self.products, self.random.randint(1, 4))
                ],
            )
            self._mark([order])
        self.orders.append(order)
        return order

    def fill(self, orders: int, spans: Iterable[tuple[str, float]]) -> None:
        """Random orders over `spans` of (first day, days), and one at each special instant."""
        choices = list(spans)
        for _ in range(orders):
            self.order(self.around(*self.random.choice(choices)))

    def change(self, order: uuid.UUID, assignment: str, *parameters: object) -> None:
        """Updates the lines of an order, e.g. `status = %s`."""
        with self.database.owner.transaction():
            self._mark([order])
            self.database.owner.execute(
                f"update shop.orders set {assignment} where order_id = %s",
                (*parameters, order),
            )
            self._mark([order])

    def delete(self, order: uuid.UUID) -> None:
        with self.database.owner.transaction():
            self._mark([order])
            self.database.owner.execute("delete from shop.orders where order_id = %s", (order,))
        self.orders.remove(order)

    def _mark(self, orders: list[uuid.UUID]) -> None:
        self.database.owner.execute(
            "insert into ops.changed_days (order_date)"
            " select distinct ops.business_day(order_timestamp, %s) from shop.orders where order_id = any(%s)",
            (self.database.timezone, orders),
        )

    def forget_marks(self) -> None:
        self.database.owner.execute("delete from ops.changed_days")
