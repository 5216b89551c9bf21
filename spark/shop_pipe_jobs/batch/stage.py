"""A run's staging tables: made for it, filled by the executors through pgcopy, dropped with it."""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg import sql
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from shop_pipe_jobs.batch.guard import APPLICATION, Guard
from shop_pipe_jobs.batch.tables import MONEY, CuratedTable
from shop_pipe_jobs.postgres import Connection, PostgresTarget

SCHEMA = "etl_stage"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Staged:
    """What a write left in its staging table: only rows of `tasks` count, others are of attempts that lost."""

    name: str
    tasks: tuple[int, ...]
    rows: int

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(SCHEMA, self.name)


class Staging:
    def __init__(self, guard: Guard, target: PostgresTarget) -> None:
        self._connection = guard.connection
        self._run_id = guard.run_id
        self._target = target

    def create(self, table: CuratedTable) -> None:
        self._create(table.name, sql.SQL("like curated.{}").format(sql.Identifier(table.name)))

    def create_keys(self, name: str) -> None:
        """A table of ids that reads are restricted to."""
        self._create(name, sql.SQL("kind text not null, id uuid not null"))

    def name(self, table: str) -> str:
        return f"{table}_r{self._run_id}"

    def _create(self, table: str, columns: sql.Composable) -> None:
        # No vacuum: the table lives for one run.
        statement = "create unlogged table {} ({}, pgcopy_task bigint not null) with (autovacuum_enabled = false)"
        identifier = sql.Identifier(SCHEMA, self.name(table))
        self._connection.execute(sql.SQL(statement).format(identifier, columns))

    def write(self, frame: DataFrame, table: str) -> Staged:
        """Runs the Spark job that computes `frame`, money in cents, and copies it; callable from several threads."""
        write_id = str(uuid.uuid4())
        name = self.name(table)
        (
            frame.select(*map(_as_staged, frame.columns))
            .write.format("pgcopy")
            .options(
                **self._target.pgcopy_options(f"{APPLICATION} write"),
                table=f"{SCHEMA}.{name}",
                protocol="stage",
                writeId=write_id,
            )
            .mode("append")
            .save()
        )
        jvm = frame.sparkSession._jvm
        assert jvm is not None
        report = json.loads(jvm.io.shoppipe.pgcopy.Commits.take(write_id))
        tasks = tuple(task["task"] for task in report["tasks"])
        return Staged(name, tasks, report["rows"])

    def analyze(self, staged: Staged) -> None:
        """So that Postgres doesn't plan a table of millions like one of ten pages."""
        self._connection.execute(sql.SQL("analyze {}").format(staged.table))


def _as_staged(column: str) -> Column:
    if column not in MONEY:
        return F.col(column)
    return (F.col(column).cast("decimal(20,0)") * F.lit(Decimal("0.01"))).cast(MONEY[column]).alias(column)


def drop_stages(connection: Connection, pattern: str) -> None:
    """Drops staging tables by regular expression. One that a dying run still holds is left to the next run."""
    names = connection.execute(
        """
        select relname
        from pg_class
        where relnamespace = %s::regnamespace and relkind = 'r' and relname ~ %s
          and pg_has_role(relowner, 'usage')
        """,
        (SCHEMA, pattern),
    ).fetchall()
    for (name,) in names:
        try:
            with connection.transaction():
                connection.execute("set local lock_timeout = '3s'")
                connection.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(SCHEMA, str(name))))
        except psycopg.errors.LockNotAvailable:
            log.warning("%s.%s is in use; the next run drops it", SCHEMA, name)


ORPHANS = "_r[0-9]+$"


def own(run_id: int) -> str:
    return f"_r{run_id}$"
