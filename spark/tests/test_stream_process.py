"""The stream as spark-submit runs it: signals, kills, a driver that was asleep."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import wait_until
from streaming import Stream, events, submitted
from test_stream_job import stream

__all__ = ["stream"]

LOG_AT_INFO = """
rootLogger.level = info
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n%ex
"""


def _batches(stream: Stream) -> int:
    return int(stream.database.value("select count(*) from ops.stream_batches"))


def test_a_signal_stops_it_between_batches(stream: Stream, tmp_path: Path) -> None:
    sent = stream.orders(30)
    with submitted(stream, tmp_path) as process:
        wait_until(lambda: _batches(stream) > 0, seconds=90, what="the first batch")
        arguments = Path(f"/proc/{process.pid}/cmdline").read_text()
        asked = time.monotonic()
        os.killpg(process.pid, signal.SIGTERM)
        stdout, _ = process.communicate(timeout=30)
        took = time.monotonic() - asked
    log = (tmp_path / "stderr").read_text()
    assert process.returncode == 0, log
    states = [said["state"] for said in events(stdout) if said["event"] == "state"]
    assert states == ["starting", "running", "stopping", "stopped"]
    assert stream.state() == "stopped"
    assert stream.counts()["read"] == sent
    assert took < 5, "the machine may be busy; 1 s is usual"
    assert len(log.splitlines()) < 10, log
    assert stream.target.password not in arguments + stdout + log


def test_killed_at_each_point_it_loses_and_doubles_nothing(stream: Stream, tmp_path: Path) -> None:
    log4j = tmp_path / "log4j2.properties"
    log4j.write_text(LOG_AT_INFO)
    # Not asked for without SASL, but handed to every client.
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="kafka pass";'
    kafka = {"bootstrap.servers": stream.topic.brokers, "sasl.jaas.config": login}
    sent = 0
    for fault in ("before_commit:2", "after_commit", "after_stage"):
        sent += stream.orders(40, versions=2)
        with submitted(
            stream, tmp_path, fault=fault, log4j=str(log4j), max_offsets_per_trigger=50, kafka=kafka
        ) as process:
            stdout, _ = process.communicate(timeout=120)
        log = (tmp_path / "stderr").read_text()
        assert process.returncode == -signal.SIGKILL, log
        assert "ConsumerConfig values" in log
        for password in (stream.target.password, "kafka pass"):
            assert password not in stdout + log
    wait_until(lambda: stream.sessions() == 0, what="its sessions to end")
    stream.drain()
    counts = stream.counts()
    assert counts["read"] == counts["applied"] + counts["superseded"] == sent
    assert stream.database.rows("select count(*), min(version), max(version) from shop.orders") == [(sent // 2, 2, 2)]


def test_a_driver_that_was_asleep_writes_nothing_any_more(stream: Stream, tmp_path: Path) -> None:
    first = stream.orders(6)
    with submitted(stream, tmp_path) as process:
        wait_until(lambda: _batches(stream) > 0, seconds=90, what="the first batch")
        os.killpg(process.pid, signal.SIGSTOP)
        second = stream.orders(10)
        taking = stream.start(take_over=True)
        taking.has_read(second)
        os.killpg(process.pid, signal.SIGCONT)
        stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 1, (tmp_path / "stderr").read_text()
    said = events(stdout)
    assert (said[-1]["event"], said[-1]["kind"], said[-1]["code"]) == ("error", "environment", "superseded"), said[-1]
    assert sum(event["read"] for event in said if event["event"] == "batch") == first
    third = stream.orders(5)
    taking.has_read(second + third)
    assert stream.state() == "running"
    taking.stop()
    assert stream.counts()["applied"] == first + second + third


def test_it_ends_with_who_asked_for_it(stream: Stream, tmp_path: Path, closed_port: int) -> None:
    with subprocess.Popen(["sleep", "600"]) as parent:
        start_time = Path(f"/proc/{parent.pid}/stat").read_text().rpartition(")")[2].split()[19]
        away = replace(stream.target, port=closed_port)
        identity = {"pid": parent.pid, "start_time": start_time}
        with submitted(stream, tmp_path, target=away, parent=identity) as process:
            assert process.stdout is not None
            assert '"starting"' in process.stdout.readline()
            assert '"waiting"' in process.stdout.readline()
            parent.kill()
            stdout, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert events(stdout)[-1]["code"] == "orphaned"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken and that no one listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])
