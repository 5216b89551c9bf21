"""The stream as tests run it: in this process, or submitted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyspark
from conftest import Database, wait_until
from orders_topic import OrdersTopic, event
from pyspark import SparkContext
from pyspark.sql import SparkSession

from shop_pipe_jobs.events import PREFIX
from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.stream.config import KafkaTarget, StreamConfig
from shop_pipe_jobs.stream.driver import Driver
from shop_pipe_jobs.stream.faults import NO_FAULTS
from shop_pipe_jobs.stream.stop import Stop

MAIN = Path(__file__).parents[1] / "shop_pipe_jobs_stream.py"
STREAM = "orders"


class Stream:
    """A database, a topic, and the job between them."""

    def __init__(self, database: Database, topic: OrdersTopic) -> None:
        self.database = database
        self.topic = topic
        passwords = json.loads(os.environ["SHOP_TEST_POSTGRES"])["passwords"]
        self.target = replace(database.target, user="shop_stream", password=passwords["shop_stream"])
        self.product = uuid.uuid4()
        database.owner.execute(
            "insert into shop.products (product_id, name, category, price) values (%s, 'Thing', 'toys', 10)",
            (self.product,),
        )

    def orders(self, count: int, versions: int = 1, *, partitions: int = 2) -> int:
        """Sends so many new orders, each in one partition; returns how many messages that are."""
        return self.topic.send(
            (number % partitions, event(order, version, self.product))
            for number, order in enumerate(uuid.uuid4() for _ in range(count))
            for version in range(1, versions + 1)
        )

    def config(self, **changes: Any) -> StreamConfig:
        kafka = KafkaTarget({"bootstrap.servers": self.topic.brokers})
        base = StreamConfig(self.target, kafka, "America/Sao_Paulo", STREAM, self.topic.name)
        return replace(base, **changes)

    def drain(self, **changes: Any) -> Job:
        """Runs until what is in the topic is committed."""
        job = self.start(drain=True, **changes)
        job.result()
        return job

    def start(self, **changes: Any) -> Job:
        return Job(self.config(**changes), self.database.spark.newSession())

    def counts(self) -> dict[str, int]:
        """Of the stream, from ops.streams; checked against the batches and the ledger."""
        names = ("read", "applied", "superseded", "stale", "duplicate", "rejected", "skipped")
        columns = ", ".join(f"sum({name})::bigint" for name in names)
        of_batches = self.database.rows(f"select {columns} from ops.stream_batches")
        of_stream = self.database.rows(f"select {', '.join(names)} from ops.streams")
        assert of_batches == of_stream
        counts = dict(zip(names, of_stream[0], strict=True))
        advance = self.database.value("select sum(next_offset - first_offset) from ops.stream_offsets")
        assert advance == counts["read"] + counts["skipped"]
        assert self.database.value("select count(*) from ops.rejects") == counts["rejected"]
        return counts

    def sessions(self) -> int:
        return int(self.database.value(f"select count(*) {_SESSIONS}"))

    def end_sessions(self) -> None:
        self.database.superuser.execute(f"select pg_terminate_backend(pid) {_SESSIONS}")

    def state(self) -> str:
        return str(self.database.value("select state from ops.streams"))


_SESSIONS = "from pg_stat_activity where datname = current_database() and usename = 'shop_stream'"


class Job:
    """The stream in a thread of this process."""

    def __init__(self, config: StreamConfig, spark: SparkSession) -> None:
        self.events: list[dict[str, Any]] = []
        self._stop = Stop()
        self._ended: Future[None] = Future()
        session: Future[SparkSession] = Future()
        session.set_result(spark)
        gateway = SparkContext._gateway
        driver = Driver(config, gateway, lambda said: self.events.append(dict(said)), self._stop, NO_FAULTS)

        def run() -> None:
            try:
                driver.run(session)
            except BaseException as error:
                self._ended.set_exception(error)
            else:
                self._ended.set_result(None)

        threading.Thread(target=run, daemon=True).start()

    @property
    def read(self) -> int:
        return sum(said["read"] for said in self.events if said["event"] == "batch")

    @property
    def states(self) -> list[str]:
        return [said["state"] for said in self.events if said["event"] == "state"]

    def has_read(self, messages: int) -> None:
        self.has_read_some(messages)
        assert self.read == messages

    def has_read_some(self, messages: int) -> None:
        wait_until(lambda: self.read >= messages or self._ended.done(), seconds=60, what=f"{messages} messages")
        if self._ended.done():
            self.result()
            raise AssertionError(f"it ended early: {self.events[-3:]}")

    def is_at(self, state: str) -> None:
        wait_until(lambda: self.states[-1:] == [state] or self._ended.done(), what=state)
        assert self.states[-1:] == [state]

    def stop(self) -> None:
        self._stop.request()
        self.result()

    def result(self) -> None:
        """Raises what ended it."""
        self._ended.result(60)


@contextmanager
def submitted(
    stream: Stream,
    folder: Path,
    *,
    fault: str = "",
    target: PostgresTarget | None = None,
    log4j: str | None = None,
    **request: Any,
) -> Iterator[subprocess.Popen[str]]:
    """The job as spark-submit runs it, in a process group of its own; stderr goes into the folder."""
    where = target or stream.target
    document = {
        "host": where.host,
        "port": where.port,
        "database": where.database,
        "user": where.user,
        "timezone": "America/Sao_Paulo",
        "stream": STREAM,
        "topic": stream.topic.name,
        "kafka": {"bootstrap.servers": stream.topic.brokers, "security.protocol": "PLAINTEXT"},
        "parent": None,
        **request,
    }
    path = folder / "job.json"
    path.write_text(json.dumps(document))
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        + (f" -Dlog4j2.configurationFile={log4j}" if log4j else ""),
    }
    environment = {
        **os.environ,
        "SHOP_STREAM_PASSWORD": where.password,
        "SHOP_PIPE_FAULT": fault,
        "PYSPARK_PYTHON": sys.executable,
    }
    with (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [
                str(Path(pyspark.__file__).parent / "bin" / "spark-submit"),
                *("--master", "local[2]", "--jars", os.environ["SHOP_TEST_SPARK_JARS"]),
                *(word for key, value in options.items() for word in ("--conf", f"{key}={value}")),
                str(MAIN),
                str(path),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def events(stdout: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix(PREFIX)) for line in stdout.splitlines() if line.startswith(PREFIX)]
