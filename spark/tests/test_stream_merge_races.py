"""The merge beside other writers: the batch that deletes marks, seeds, rebuilds of the rollups; and faults."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import wait_until
from events import START, Customer, Line, OrderEvent, customer_id, numbered, order_id, product_id
from stream_shop import StreamShop, stream_shop

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.faults import NO_FAULTS, POINTS, Faults, Point
from shop_pipe_jobs.stream.merge import Merged

DAY, OTHER_DAY = "2018-02-17", "2018-02-16"

CREATED = OrderEvent(order_id(1))
APPROVED = replace(CREATED, version=2, status="approved")
ELSEWHERE = replace(CREATED, order_id=order_id(2), order_timestamp=START - timedelta(days=1))


@pytest.fixture
def shop() -> Iterator[StreamShop]:
    with stream_shop() as shop:
        shop.add_products([0, 1])
        yield shop


class Held(Faults):
    """Calls something in the middle of a merge, with everything written and nothing committed."""

    def __init__(self, then: object) -> None:
        super().__init__("before_commit")
        self._then = then

    def reach(self, point: Point) -> None:
        if point == "before_commit":
            assert callable(self._then)
            self._then()


def _waits(shop: StreamShop, connection: Connection) -> bool:
    pid = connection.info.backend_pid
    return bool(shop.value("select exists (select from pg_locks where pid = %s and not granted)", (pid,)))


def _delete(connection: Connection, marks: list[int]) -> int:
    return connection.execute("delete from ops.changed_days where mark_id = any(%s::bigint[])", (marks,)).rowcount


def test_a_day_gets_a_new_mark_each_time(shop: StreamShop) -> None:
    shop.merge(numbered([CREATED, ELSEWHERE]))
    before = shop.marks()
    assert sorted(before.values()) == [OTHER_DAY, DAY]
    shop.merge(numbered([APPROVED], first=2))
    after = shop.marks()
    assert sorted(after.values()) == [OTHER_DAY, DAY]
    assert len(after.keys() & before.keys()) == 1


def test_a_run_does_not_delete_the_mark_of_a_merge_that_its_snapshot_did_not_see(shop: StreamShop) -> None:
    """The run's delete waits for the merge that marks the day anew, and then finds nothing to delete."""
    shop.merge(numbered([CREATED]))
    seen = list(shop.marks())
    etl = shop.session("shop_etl")
    with ThreadPoolExecutor(1) as pool:
        deleted: list[Future[int]] = []

        def publish() -> None:
            deleted.append(pool.submit(_delete, etl, seen))
            wait_until(lambda: _waits(shop, etl), what="the publish to wait for the merge")

        shop.merge(numbered([APPROVED], first=1), faults=Held(publish))
        assert deleted[0].result() == 0
    ((mark, day),) = shop.marks().items()
    assert day == DAY
    assert mark not in seen


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_merge_does_not_wait_for_a_publish(shop: StreamShop, end: str) -> None:
    """Its marks are deleted by a transaction that goes on: the day gets another one."""
    shop.merge(numbered([CREATED, ELSEWHERE]))
    seen = list(shop.marks())
    etl = shop.session("shop_etl")
    etl.execute("begin")
    assert _delete(etl, seen) == 2
    shop.stream.execute("set lock_timeout = '1ms'")
    assert shop.merge(numbered([APPROVED], first=2)).applied == 1
    etl.execute(end)
    new = {mark: day for mark, day in shop.marks().items() if mark not in seen}
    assert list(new.values()) == [DAY]
    assert len(shop.marks()) == (1 if end == "commit" else 3)
    # Two marks of a day are as good as one.
    shop.merge(numbered([replace(APPROVED, version=3)], first=3))
    assert not shop.marks().keys() & new.keys()
    assert DAY in shop.marks().values()


def test_rollups_may_be_rebuilt_in_the_middle_of_a_merge(shop: StreamShop) -> None:
    shop.merge(numbered([CREATED]))
    rebuilder = shop.session("shop_owner")
    with ThreadPoolExecutor(1) as pool:
        rebuilt: list[Future[object]] = []

        def rebuild() -> None:
            rebuilt.append(pool.submit(rebuilder.execute, "select live.rebuild(%s)", (shop.zone,)))
            wait_until(lambda: _waits(shop, rebuilder), what="the rebuild to wait for the merge")

        shop.merge(numbered([APPROVED, ELSEWHERE], first=1), faults=Held(rebuild))
        rebuilt[0].result()
    assert shop.wrong_rollups() == []


def test_a_merge_waits_for_a_rebuild_and_counts_on_from_it(shop: StreamShop) -> None:
    shop.merge(numbered([CREATED]))
    rebuilder = shop.session("shop_owner")
    rebuilder.execute("begin")
    rebuilder.execute("select live.rebuild(%s)", (shop.zone,))
    with ThreadPoolExecutor(1) as pool:
        merged: Future[Merged] = pool.submit(shop.merge, numbered([APPROVED, ELSEWHERE], first=1))
        wait_until(lambda: _waits(shop, shop.stream), what="the merge to wait for the rebuild")
        rebuilder.execute("commit")
        assert merged.result().applied == 2
    assert shop.wrong_rollups() == []


def test_an_order_that_another_writer_inserts_meanwhile_is_found_at_the_second_attempt(shop: StreamShop) -> None:
    """One that does not lock the stream first, as a seed does."""
    shop.merge(numbered([replace(ELSEWHERE, customer=Customer(customer_id(1)))]))
    other = shop.session("shop_owner")
    other.execute("begin")
    other.execute("insert into shop.customers values (%s, 'seeded', 's@example.com', now())", (CREATED.customer.id,))
    other.execute(
        "insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)"
        " values (%s, %s, %s, 1, 1, %s, 'delivered')",
        (CREATED.order_id, product_id(1), CREATED.customer.id, START),
    )
    lines = (Line(product_id(0)), Line(product_id(1)))
    with ThreadPoolExecutor(1) as pool:
        merged = pool.submit(shop.merge, numbered([replace(CREATED, lines=lines)], first=1))
        wait_until(lambda: _waits(shop, shop.stream), what="the merge to wait for the customer")
        other.execute("select live.rebuild(%s)", (shop.zone,))
        other.execute("commit")
        assert merged.result().applied == 1
    assert {row[5] for row in shop.orders().values()} == {1}
    assert shop.customers()[CREATED.customer.id].name == "seeded"
    assert len(shop.orders()) == 3
    assert shop.wrong_rollups() == []


def test_faults_are_read_from_the_environment() -> None:
    assert Faults.from_environment({}) is NO_FAULTS
    assert Faults.from_environment({"SHOP_PIPE_FAULT": "after_stage"}) == Faults("after_stage", 1)
    assert Faults.from_environment({"SHOP_PIPE_FAULT": "after_commit:12"}) == Faults("after_commit", 12)
    for wrong in ("before_stage", "before_commit:0", "before_commit:x", ":1"):
        with pytest.raises(JobError, match="is no point to fail at"):
            Faults.from_environment({"SHOP_PIPE_FAULT": wrong})


@pytest.mark.parametrize("point", POINTS)
def test_a_fault_kills_the_process_group(point: str) -> None:
    script = (
        "from shop_pipe_jobs.stream.faults import Faults, POINTS\n"
        "faults = Faults.from_environment()\n"
        "for n in range(3):\n"
        "  print(n, flush=True)\n"
        "  for point in POINTS: faults.reach(point)\n"
    )
    environment = {
        **os.environ,
        "SHOP_PIPE_FAULT": f"{point}:2",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]),
    }
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "0\n1\n")
