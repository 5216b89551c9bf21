"""Real engines: one Spark session for the whole run, one Postgres database per test, cloned from the template."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import psycopg
import pytest
from pyspark.sql import SparkSession

from shop_pipe_jobs.batch.config import BatchConfig, Request
from shop_pipe_jobs.batch.result import Result
from shop_pipe_jobs.batch.run import run
from shop_pipe_jobs.events import Event, Progress
from shop_pipe_jobs.postgres import Connection, PostgresTarget

TEMPLATE = "shop_template"


def _required(variable: str, what: str) -> str:
    value = os.environ.get(variable)
    if not value:
        pytest.exit(f"{variable} is unset ({what}): run these tests by `npm test`, whose set-up provides it", 2)
    return value


@dataclass
class Database:
    """A database of one test, and the batch on it."""

    target: PostgresTarget
    owner: Connection
    superuser: Connection
    spark: SparkSession
    timezone: str = "America/Sao_Paulo"
    # Few, so that small data takes the path of large ones: shuffles, split days, several partitions.
    rows_per_partition: int = BatchConfig.rows_per_partition
    events: list[dict[str, Any]] = field(default_factory=list)

    def config(self, *days: str, full: bool = False, only: bool = False) -> BatchConfig:
        wanted = tuple(sorted(date.fromisoformat(day) for day in days))
        request = Request(wanted, full, only)
        return BatchConfig(self.target, self.timezone, request, None, self.rows_per_partition)

    def etl(
        self,
        *days: str,
        full: bool = False,
        only: bool = False,
        at: dict[str, Callable[[], object]] | None = None,
        config: BatchConfig | None = None,
    ) -> Result:
        """Runs the batch in this process. `at`: what to do once the stage of that name is done."""

        def sink(event: Event) -> None:
            self.events.append(dict(event))
            if event["event"] == "stage" and at and event["name"] in at:
                at[str(event["name"])]()

        return run(config or self.config(*days, full=full, only=only), lambda: self.spark, Progress(sink))

    def rows(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.owner.execute(query, parameters).fetchall()

    def value(self, query: str, parameters: Any = None) -> Any:
        return self.rows(query, parameters)[0][0]

    def in_zone(self, timezone: str) -> Database:
        return replace(self, timezone=timezone)

    def cut_small(self) -> Database:
        return replace(self, rows_per_partition=40)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    jars = _required("SHOP_TEST_SPARK_JARS", "comma-separated paths of the pgjdbc and pgcopy jars")
    session = (
        SparkSession.builder.master("local[2]")
        .appName("shop-pipe tests")
        .config("spark.jars", jars)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        # A zone of its own: nothing may depend on that of the JVM, and this one has days without midnight too.
        .config(
            "spark.driver.extraJavaOptions", "-Duser.timezone=America/Santiago -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        )
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def database(spark: SparkSession) -> Iterator[Database]:
    server = json.loads(_required("SHOP_TEST_POSTGRES", "JSON: host, port, passwords of the roles"))
    name = f"test_{secrets.token_hex(6)}"

    def target(user: str, database: str = name) -> PostgresTarget:
        return PostgresTarget(server["host"], server["port"], database, user, server["passwords"][user])

    with target("postgres", "postgres").connect("tests") as bootstrap:
        bootstrap.execute(f"create database {name} owner shop_owner template {TEMPLATE}")
        try:
            with target("shop_owner").connect("tests") as owner, target("postgres").connect("tests") as superuser:
                yield Database(target("shop_etl"), owner, superuser, spark)
        finally:
            bootstrap.execute(f"drop database if exists {name} with (force)")


def wait_until(condition: Callable[[], object], *, seconds: float = 30, what: str = "condition") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)


__all__ = ["Database", "psycopg", "wait_until"]
