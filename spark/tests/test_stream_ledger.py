"""Who holds a stream: claims, take-overs, zombies; and what the ledger says of a topic that is another by now."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from conftest import wait_until
from events import OrderEvent, numbered, order_id
from stream_shop import LATEST, STREAM, StreamShop, stream_shop, topic

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection
from shop_pipe_jobs.stream.failure import postgres_is_gone
from shop_pipe_jobs.stream.ledger import Claim, claim, heartbeat, release, renew
from shop_pipe_jobs.stream.prune import prune

CREATED = OrderEvent(order_id(1))
APPROVED = replace(CREATED, version=2, status="approved")


@pytest.fixture
def shop() -> Iterator[StreamShop]:
    with stream_shop() as shop:
        shop.add_products([0])
        yield shop


def _grow_stale(shop: StreamShop) -> None:
    shop.owner.execute("update ops.streams set heartbeat_at = heartbeat_at - interval '21 seconds'")


def _backend(connection: Connection) -> int:
    return connection.info.backend_pid


def _holders(shop: StreamShop) -> list[int]:
    rows = shop.rows(
        "select pid from pg_locks where locktype = 'advisory' and granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    return [pid for (pid,) in rows]


def test_a_new_stream_begins_at_the_earliest_offsets(shop: StreamShop) -> None:
    held, offsets = claim(shop.stream, STREAM, topic({0: (5, 9), 1: (0, 0)}))
    assert (held, offsets) == (Claim(STREAM, 1), {0: 5, 1: 0})
    assert shop.rows("select topic, cluster_id, topic_id, state, pid, heartbeat_at is not null from ops.streams") == [
        ("shop.orders", "C", "T", "starting", os.getpid(), True)
    ]
    assert shop.rows("select first_offset, next_offset from ops.stream_offsets order by partition") == [(5, 5), (0, 0)]


def test_a_claim_goes_on_where_the_ledger_is(shop: StreamShop) -> None:
    shop.merge(numbered([CREATED, APPROVED]))
    assert shop.claim
    release(shop.stream, shop.claim, "stopped", None)
    assert _holders(shop) == []
    held, offsets = claim(shop.session(), STREAM, topic({0: (1, LATEST), 1: (3, 7)}))
    assert (held.epoch, offsets) == (2, {0: 2, 1: 3})


def test_a_second_stream_of_the_name_is_refused(shop: StreamShop) -> None:
    shop.claim_stream()
    with pytest.raises(JobError, match=rf"stream orders runs already: pid {os.getpid()} on ") as caught:
        claim(shop.session(), STREAM, topic())
    assert (caught.value.kind, caught.value.code) == ("environment", "stream_running")
    assert shop.merge(numbered([CREATED])).applied == 1


def test_another_stream_is_another_stream(shop: StreamShop) -> None:
    shop.claim_stream()
    claim(shop.session(), "others", topic())
    assert len(_holders(shop)) == 2


def test_the_same_session_may_claim_again(shop: StreamShop) -> None:
    shop.claim_stream()
    shop.claim_stream(topic(2))
    assert shop.claim == Claim(STREAM, 2)
    release(shop.stream, shop.claim, "stopped", None)
    assert _holders(shop) == []


@pytest.mark.parametrize("how", ["stale", "asked"])
def test_a_stream_is_taken_over(shop: StreamShop, how: str) -> None:
    zombie = shop.session()
    shop.claim_stream(connection=zombie)
    first = shop.claim
    assert first
    if how == "stale":
        _grow_stale(shop)
    second, _ = claim(shop.stream, STREAM, topic(), take_over=how == "asked")
    assert second.epoch > first.epoch
    assert _holders(shop) == [_backend(shop.stream)]
    with pytest.raises(psycopg.OperationalError):
        zombie.execute("select 1")

    # The zombie finds its way back to Postgres.
    back = shop.session()
    before = shop.everything()
    for attempt in (
        lambda: renew(back, first),
        lambda: heartbeat(back, first, "running", None),
        lambda: shop.merge(numbered([CREATED]), connection=back, held=first),
    ):
        with pytest.raises(JobError) as caught:
            attempt()
        assert (caught.value.kind, caught.value.code) == ("environment", "superseded")
    release(back, first, "stopped", None)
    assert shop.everything() == before
    assert shop.value("select state from ops.streams") == "starting"
    assert shop.merge(numbered([CREATED]), held=second).applied == 1


def test_a_driver_that_stopped_within_its_merge_is_taken_over(shop: StreamShop) -> None:
    zombie = shop.session()
    shop.claim_stream(connection=zombie)
    first = shop.claim
    assert first
    # As SIGSTOP leaves it: rows locked and written, nothing committed.
    zombie.execute("begin")
    zombie.execute("select from ops.streams for update")
    zombie.execute("select from ops.stream_offsets for update")
    zombie.execute("insert into shop.customers values (%s, 'zombie', 'z', now())", (CREATED.customer.id,))
    second, _ = claim(shop.stream, STREAM, topic(), take_over=True)
    assert shop.merge(numbered([CREATED]), held=second).applied == 1
    with pytest.raises(psycopg.OperationalError):
        zombie.execute("commit")
    assert shop.customers()[CREATED.customer.id].name == CREATED.customer.name


def test_a_holder_that_shows_life_is_left_alone(shop: StreamShop) -> None:
    held, _ = claim(shop.stream, STREAM, topic())
    _grow_stale(shop)
    heartbeat(shop.session(), held, "waiting", "kafka is away")
    with pytest.raises(JobError, match="runs already"):
        claim(shop.session(), STREAM, topic())
    assert shop.rows("select state, detail from ops.streams") == [("waiting", "kafka is away")]


def test_of_many_that_claim_at_once_one_holds_the_stream(shop: StreamShop) -> None:
    def attempt(_: int) -> Claim | str:
        try:
            return claim(shop.session(), STREAM, topic(3))[0]
        except JobError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(attempt, range(6)))
    assert Counter(claims) == {Claim(STREAM, 1): 1, "stream_running": 5}
    assert len(_holders(shop)) == 1


def _end_of_merge(shop: StreamShop, connection: Connection, held: Claim) -> str:
    try:
        shop.merge(numbered([CREATED]), connection=connection, held=held)
    except JobError as error:
        return error.code
    except psycopg.OperationalError:
        return "broken"
    return "applied"


def test_of_many_that_take_over_at_once_one_can_write(shop: StreamShop) -> None:
    shop.claim_stream(connection=shop.session())

    def attempt(_: int) -> tuple[Connection, Claim] | None:
        connection = shop.session()
        try:
            return connection, claim(connection, STREAM, topic(), take_over=True)[0]
        except (JobError, psycopg.OperationalError):
            return None

    with ThreadPoolExecutor(4) as pool:
        claims = [held for held in pool.map(attempt, range(4)) if held]
    ends = [_end_of_merge(shop, connection, held) for connection, held in claims]
    assert ends.count("applied") <= 1
    assert set(ends) <= {"applied", "superseded", "broken"}
    assert len(_holders(shop)) <= 1
    shop.claim = None
    assert claim(shop.stream, STREAM, topic(), take_over=True)
    assert _holders(shop) == [_backend(shop.stream)]


def test_a_session_that_ended_after_the_last_commit_is_one_to_open_again(shop: StreamShop) -> None:
    lost = shop.session()
    shop.claim_stream(connection=lost)
    shop.stream.execute("select pg_terminate_backend(%s, 10000)", (_backend(lost),))
    # Someone touched it since, and made nothing of that, as the sweep after a commit does.
    with pytest.raises(psycopg.OperationalError):
        lost.execute("select 1")
    before = shop.everything()
    with pytest.raises(psycopg.OperationalError) as caught:
        shop.merge(numbered([CREATED]), connection=lost)
    assert postgres_is_gone(caught.value, lost, shop.target("shop_stream"))
    assert shop.everything() == before


def test_a_broken_session_is_renewed(shop: StreamShop) -> None:
    lost = shop.session()
    shop.claim_stream(connection=lost)
    assert shop.claim
    # Its server process has not noticed yet: it still holds the lock.
    renew(shop.stream, shop.claim)
    assert _holders(shop) == [_backend(shop.stream)]
    shop.owner.execute("select pg_terminate_backend(%s, 10000)", (_backend(lost),))
    assert shop.merge(numbered([CREATED])).applied == 1


def test_a_stream_that_was_reset_cannot_be_renewed(shop: StreamShop) -> None:
    shop.claim_stream()
    assert shop.claim
    shop.owner.execute("delete from ops.streams")
    with pytest.raises(JobError, match="taken over or reset"):
        renew(shop.session(), shop.claim)
    with pytest.raises(JobError, match="taken over or reset"):
        shop.merge(numbered([CREATED]))
    assert shop.orders() == {}


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        (topic(2, topic_id="T2"), "topic_changed", "was deleted and made again"),
        (topic(2, cluster_id="C2"), "topic_changed", "of cluster C, this is cluster C2"),
        (topic(2, topic="other"), "topic_changed", "has read topic shop.orders, not other"),
        (topic(1), "topic_changed", "was deleted and made again"),
        (topic({0: (6, 9), 1: (3, 9)}), "offsets_lost", "4 of partition 0, 3 of partition 1"),
        (topic({0: (0, 1), 1: (0, 0)}), "offsets_ahead", "partition 0 ends at 1, the ledger is at 2"),
    ],
)
def test_a_topic_that_is_another_stops_the_stream(shop: StreamShop, state: object, code: str, message: str) -> None:
    shop.claim_stream(topic(2))
    shop.merge(numbered([CREATED, APPROVED]))
    before = shop.everything()
    held = shop.claim
    assert held
    other = shop.session()
    for connection, take_over in ((other, True), (shop.stream, False)):
        with pytest.raises(JobError, match=message) as caught:
            claim(connection, STREAM, state, take_over=take_over)  # type: ignore[arg-type]
        assert (caught.value.kind, caught.value.code) == ("data", code)
        assert caught.value.suggestion == "shop-pipe stream reset"
    # Who held the stream still could, and nothing was written.
    assert shop.everything() == before
    heartbeat(shop.stream, held, "running", None)


def test_a_refused_claim_leaves_no_lock(shop: StreamShop) -> None:
    shop.claim_stream()
    assert shop.claim
    release(shop.stream, shop.claim, "stopped", None)
    with pytest.raises(JobError):
        claim(shop.stream, STREAM, topic(topic_id="T2"))
    assert _holders(shop) == []


def test_two_drivers_at_once_write_each_offset_once(shop: StreamShop) -> None:
    """The one that was taken over goes on merging, through a session that nobody ended, until it is refused."""
    shop.claim_stream()
    first = shop.claim
    assert first
    events = [replace(CREATED, order_id=order_id(n)) for n in range(40)]

    def run(connection: Connection, held: Claim) -> tuple[int, str]:
        at, applied = 0, 0
        mine = replace(shop, owner=shop.session("shop_owner"))
        while at < len(events):
            try:
                merged = mine.merge(numbered(events[at : at + 2], first=at), connection=connection, held=held)
            except JobError as error:
                return applied, error.code
            applied += merged.applied
            at = merged.committed[0]
        return applied, "done"

    with ThreadPoolExecutor(2) as pool:
        old = pool.submit(run, shop.session(), first)
        wait_until(lambda: shop.ledger()[0] >= 4, what="the first driver to commit")
        second, _ = claim(shop.stream, STREAM, topic(), take_over=True)
        new = pool.submit(run, shop.stream, second)
        results = [old.result(), new.result()]
    assert [code for _, code in results] in (["superseded", "done"], ["done", "done"])
    assert sum(applied for applied, _ in results) == len(events) == shop.totals()["applied"]
    assert sum(read for (read,) in shop.rows("select read from ops.stream_batches")) == len(events)
    assert shop.wrong_rollups() == []


def test_pruning_keeps_the_sums(shop: StreamShop) -> None:
    for n in range(5):
        shop.merge(numbered([replace(CREATED, version=n + 1)] * 2, first=2 * n))
    left = timedelta(days=2.5)
    oldest = shop.value("select min(batch_id) from ops.stream_batches")
    shop.owner.execute(
        "update ops.stream_batches set committed_at = now() - (batch_id - %s) * interval '1 day'", (oldest,)
    )
    assert prune(shop.stream, STREAM, left) == 2
    assert prune(shop.stream, STREAM, left) == 0
    assert shop.rows("select pruned_batches, pruned_read, batches, read from ops.streams") == [(2, 4, 5, 10)]
    assert shop.value("select sum(read) from ops.stream_batches") == 6
