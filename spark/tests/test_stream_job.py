"""The stream with a real broker and a real Postgres, mostly in this process."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import Database, wait_until
from orders_topic import OrdersTopic, event
from relay import relay
from streaming import STREAM, Stream

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.stream import kafka
from shop_pipe_jobs.stream.config import KafkaTarget

REMEDY = "shop-pipe stream reset"


@pytest.fixture
def stream(database: Database) -> Iterator[Stream]:
    brokers = json.loads(os.environ["SHOP_TEST_KAFKA"])["brokers"]
    topic = OrdersTopic(database.spark, brokers, f"test.{secrets.token_hex(6)}")
    try:
        yield Stream(database, topic)
    finally:
        topic.delete()
        topic.close()


def _ends_with(job_error: pytest.ExceptionInfo[JobError], kind: str, code: str) -> None:
    assert (job_error.value.kind, job_error.value.code) == (kind, code)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_kind_of_message(stream: Stream) -> None:
    plain = stream.orders(100, versions=2)
    order, product = uuid.uuid4(), stream.product
    line = {"product_id": str(product), "quantity": 1, "price": "1.00"}
    good = [event(order, version, product) for version in (1, 2, 3)]
    refused: dict[str, list[bytes | None]] = {
        "malformed_json": [b"{", b"", b"\xff", None],
        "value: ": [b"[]", b"null"],
        "version: ": [event(order, 0, product), event(order, 1, product, version="1")],
        "customer.name: ": [
            event(order, 1, product, customer={**json.loads(good[0])["customer"], "name": name})
            for name in ("a\0b", "x" * 1001)
        ],
        "lines.0.price: ": [event(order, 1, product, lines=[{**line, "price": "1.005"}])],
        "lines: ": [event(order, 1, product, lines=[line, line])],
        "order_timestamp: ": [event(order, 1, product, order_timestamp="0001-01-01T00:00:00.000Z")],
        "unknown_product": [event(order, 1, uuid.uuid4())],
    }
    stream.topic.send((0, value) for values in refused.values() for value in values)
    stream.topic.send((1, value) for value in (good[1], good[1], good[2], good[0]))
    job = stream.drain()
    assert job.states == ["starting", "running", "stopping", "stopped"]
    stream.topic.send([(1, good[0]), (1, good[2])])
    stream.drain()
    kinds = sum(map(len, refused.values()))
    counts = stream.counts()
    assert counts == {
        "read": plain + kinds + 6,
        "applied": 101,
        # Of the 100 orders the first version; of ours 1 and 2 in the same batch.
        "superseded": 102,
        "stale": 1,
        "duplicate": 2,
        "rejected": kinds,
        "skipped": 0,
    }
    reasons = [reason for (reason,) in stream.database.rows("select reason from ops.rejects order by kafka_offset")]
    for expected, values in refused.items():
        assert [reason.startswith(expected) for reason in reasons[: len(values)]] == [True] * len(values), reasons
        del reasons[: len(values)]
    assert stream.database.rows("select status, version from shop.orders where order_id = %s", (order,)) == [
        ("shipped", 3)
    ]
    assert stream.database.value("select count(*) from shop.orders where version = 2") == 100
    assert stream.state() == "stopped"
    batch = next(said for said in job.events if said["event"] == "batch")
    assert batch["latency_ms"]["p99"] >= batch["latency_ms"]["p50"] > 0
    assert set(batch["seconds"]) == {"stage", "merge", "total"}


def test_stops_between_batches_and_goes_on_at_the_ledger(stream: Stream) -> None:
    sent = stream.orders(60)
    job = stream.start(max_offsets_per_trigger=10)
    job.has_read_some(20)
    job.stop()
    assert job.states[-2:] == ["stopping", "stopped"]
    assert job.read == stream.counts()["read"] < sent
    sent += stream.orders(5)
    again = stream.drain()
    assert job.read + again.read == sent
    assert stream.counts()["applied"] == sent
    # Nothing is left to do.
    assert stream.drain().read == 0


def test_an_idle_stream_shows_life_and_stops_at_once(stream: Stream) -> None:
    job = stream.start()
    job.is_at("running")
    wait_until(lambda: stream.state() == "running", what="the state in the books")
    query = "select heartbeat_at from ops.streams"
    before = stream.database.value(query)
    wait_until(lambda: stream.database.value(query) > before, seconds=6, what="a heartbeat")
    sent = stream.orders(3)
    job.has_read(sent)
    job.stop()


def test_new_partitions_are_picked_up(stream: Stream) -> None:
    job = stream.start()
    sent = stream.orders(4)
    job.has_read(sent)
    stream.topic.grow(4)
    sent += stream.orders(8, partitions=4)
    job.has_read(sent)
    job.stop()
    assert stream.counts()["applied"] == sent
    assert stream.database.value("select count(*) from ops.stream_offsets where next_offset > 0") == 4


def test_only_committed_transactions_count(stream: Stream) -> None:
    def orders(count: int) -> list[tuple[int, bytes | None]]:
        return [(number % 2, event(uuid.uuid4(), 1, stream.product)) for number in range(count)]

    with stream.topic.transaction(orders(6), commit=False):
        pass
    with stream.topic.transaction(orders(4), commit=True) as committed:
        pass
    with stream.topic.transaction(orders(8), commit=True) as later:
        # Behind one that is open: a drain ends there, and neither waits for it nor reads it.
        sent = stream.orders(2)
        assert stream.drain().read == committed
    assert stream.drain().read == later + sent
    counts = stream.counts()
    # Of each of the three transactions a mark on both partitions, and the messages of the aborted one.
    assert (counts["applied"], counts["rejected"], counts["skipped"]) == (committed + later + sent, 0, 6 + 3 * 2)
    assert stream.database.value("select count(*) from shop.orders") == committed + later + sent


def test_a_second_stream_of_the_same_name(stream: Stream) -> None:
    job = stream.start()
    job.is_at("running")
    with pytest.raises(JobError) as caught:
        stream.drain()
    _ends_with(caught, "environment", "stream_running")
    taking = stream.start(take_over=True)
    taking.is_at("running")
    sent = stream.orders(3)
    taking.has_read(sent)
    with pytest.raises(JobError) as caught:
        job.result()
    _ends_with(caught, "environment", "superseded")
    taking.stop()
    assert (job.read, stream.counts()["read"]) == (0, sent)


def test_sessions_that_end_are_opened_again(stream: Stream) -> None:
    job = stream.start(max_offsets_per_trigger=20)
    sent = 0
    for _ in range(3):
        sent += stream.orders(40)
        job.has_read_some(1)
        stream.end_sessions()
    job.has_read(sent)
    job.stop()
    assert "waiting" in job.states
    assert stream.counts()["applied"] == sent
    assert stream.database.value("select count(*) from shop.orders") == sent


def test_a_topic_made_again_while_the_stream_was_down(stream: Stream) -> None:
    stream.orders(4)
    stream.drain()
    stream.topic.delete()
    stream.topic.create(2)
    stream.orders(9)
    with pytest.raises(JobError) as caught:
        stream.drain()
    _ends_with(caught, "data", "topic_changed")
    assert caught.value.suggestion == REMEDY
    assert stream.counts()["read"] == 4


def test_a_topic_made_again_under_the_stream(stream: Stream) -> None:
    job = stream.start()
    job.has_read(stream.orders(4))
    stream.topic.delete()
    stream.topic.create(2)
    # More than there were: offsets alone would not tell.
    stream.orders(40)
    with pytest.raises(JobError) as caught:
        job.result()
    # It may have looked while there was none.
    assert caught.value.code in ("topic_changed", "topic_missing")
    assert stream.counts()["read"] == 4
    assert stream.state() == "failed"


def test_messages_deleted_before_they_were_read(stream: Stream) -> None:
    stream.orders(4)
    stream.drain()
    stream.orders(20)
    stream.topic.delete_records({0: 5})
    with pytest.raises(JobError) as caught:
        stream.drain()
    _ends_with(caught, "data", "offsets_lost")
    assert "3 of partition 0" in caught.value.message
    assert caught.value.suggestion == REMEDY


def test_a_topic_that_is_not_there(stream: Stream) -> None:
    with pytest.raises(JobError) as caught:
        stream.drain(topic="no.such.topic")
    _ends_with(caught, "environment", "topic_missing")
    assert caught.value.suggestion == "shop-pipe up"


def test_engines_that_are_away_are_waited_for(stream: Stream) -> None:
    no_kafka = stream.start(kafka=KafkaTarget({"bootstrap.servers": f"127.0.0.1:{_closed_port()}"}))
    no_postgres = stream.start(stream="other", target=replace(stream.target, port=_closed_port()))
    for job, name in ((no_postgres, "Postgres"), (no_kafka, "Kafka")):
        job.is_at("waiting")
        assert job.events[-1]["detail"].startswith(f"{name} at ")
        job.stop()
        assert job.states[-1] == "stopped"


def test_a_broker_that_is_slow_to_answer_at_first_is_not_away(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = stream.orders(2)
    late = threading.Event()
    failures: list[str] = []
    of_text = kafka._failure

    def failure(target: KafkaTarget, text: str) -> Exception:
        failures.append(text)
        if len(failures) == 2:
            monkeypatch.setattr(kafka, "PROBE_TIMEOUT_MS", 5_000)
            late.set()
        return of_text(target, text)

    monkeypatch.setattr(kafka, "PROBE_TIMEOUT_MS", 300)
    monkeypatch.setattr(kafka, "_failure", failure)
    with relay(stream.topic.brokers.split(",")[0], late) as address:
        job = stream.drain(kafka=KafkaTarget({"bootstrap.servers": address}))
    assert (job.read, len(failures)) == (sent, 2)
    assert "waiting" not in job.states


def test_a_wrong_password_is_not_waited_for(stream: Stream) -> None:
    with pytest.raises(Exception, match="password authentication failed"):
        stream.drain(target=replace(stream.target, password="wrong"))


def test_stream_names_are_apart(stream: Stream) -> None:
    sent = stream.orders(4)
    assert stream.drain().read == sent
    assert stream.drain(stream="second").read == sent
    assert stream.database.rows("select name, applied, duplicate from ops.streams order by name") == [
        (STREAM, sent, 0),
        ("second", 0, sent),
    ]
