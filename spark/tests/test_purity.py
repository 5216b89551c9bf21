"""Whatever the order of days, reruns and changes: the tables are those that --full makes of the same days."""

from __future__ import annotations

import pytest
from conftest import Database
from expected import differences
from shop import CATEGORIES, STATUSES, Shop

DAYS = [f"2018-02-{day}" for day in range(15, 21)]


def _change(shop: Shop) -> None:
    random, owner = shop.random, shop.database.owner
    order = random.choice(shop.orders)
    match random.randrange(8):
        case 0:
            shop.change(order, "status = %s", random.choice(STATUSES))
        case 1:
            shop.change(order, "quantity = %s, price = %s", random.randint(1, 9), random.randrange(1000) / 100)
        case 2:
            shop.change(order, "order_timestamp = %s", shop.around("2018-02-15", 6))
        case 3:
            shop.change(order, "customer_id = %s", random.choice(shop.customers))
        case 4:
            shop.delete(order)
        case 5:
            shop.order(shop.around("2018-02-15", 6))
        case 6:
            owner.execute(
                "update shop.products set category = %s, price = %s where product_id = %s",
                (random.choice(CATEGORIES), random.randrange(1000) / 100, random.choice(shop.products)),
            )
        case _:
            owner.execute(
                "update shop.customers set name = %s where customer_id = %s",
                (f"renamed {random.random()}", random.choice(shop.customers)),
            )


@pytest.mark.parametrize(("seed", "cut_small"), [(11, False), (13, True)])
def test_any_history_gives_what_full_gives(database: Database, seed: int, cut_small: bool) -> None:
    if cut_small:
        database = database.cut_small()
    shop = Shop(database, seed)
    shop.fill(60, [("2018-02-15", 6)])
    for step in range(6):
        if step:
            for _ in range(shop.random.randrange(5)):
                _change(shop)
        days = shop.random.sample(DAYS, shop.random.randint(1, 2))
        only = shop.random.random() < 0.25
        database.etl(*days, only=only)
        if not only:
            assert differences(database) == {}, f"step {step}: {days}"

    database.etl(*DAYS)
    assert differences(database) == {}
    again = database.etl(full=True)
    changes = {name: change.to_json() for name, change in again.published.changes.items()}
    nothing = {"deleted": 0, "written": 0}
    # A day outside of DAYS may have got orders of its own in the zone; only those may be new.
    if {str(day) for day in again.days} == set(DAYS):
        assert changes == dict.fromkeys(changes, nothing)
    assert differences(database) == {}
