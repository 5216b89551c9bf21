"""Making a curated table equal to its stage, without touching the rows that are equal already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from psycopg import sql

from shop_pipe_jobs.batch.stage import Staged
from shop_pipe_jobs.batch.tables import CuratedTable
from shop_pipe_jobs.postgres import Connection


@dataclass(frozen=True)
class Change:
    """Rows that were really written; all others had been right before."""

    deleted: int
    written: int

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def fill_empty(connection: Connection, table: CuratedTable, stage: Staged) -> Change | None:
    """Puts the stage into a table without rows, keys last; None, and nothing done, where it has some.

    In the order of the stage, which is about that of time: days that lie together are read together.
    """
    name = sql.Identifier("curated", table.name)
    row = connection.execute(sql.SQL("select exists (select from {})").format(name)).fetchone()
    if row is None or row[0]:
        return None
    # Looks again, under a lock.
    row = connection.execute("select curated.suspend_keys(%s)", (table.name,)).fetchone()
    if row is None or not row[0]:
        return None
    written = _run(
        connection,
        "insert into {target} ({columns}) select {columns} from {stage} as staged where pgcopy_task = any(%(tasks)s)",
        table,
        stage,
        {"tasks": list(stage.tasks)},
    )
    connection.execute("select curated.restore_keys(%s)", (table.name,))
    return Change(0, written)


def replace_days(connection: Connection, table: CuratedTable, stage: Staged, days: Sequence[date] | None) -> Change:
    """Rows of `days` (None: all rows) become those of the stage."""
    scope = sql.SQL("true" if days is None else "target.order_date = any(%(days)s::date[])")
    parameters = {"tasks": list(stage.tasks), "days": None if days is None else list(days)}
    deleted = _run(
        connection,
        """
        delete from {target} as target
        where {scope}
          and not exists (select from {stage} as staged where staged.pgcopy_task = any(%(tasks)s) and {identical})
        """,
        table,
        stage,
        parameters,
        scope=scope,
    )
    written = _run(
        connection,
        """
        insert into {target} ({columns})
        select {columns} from {stage} as staged
        where pgcopy_task = any(%(tasks)s)
          and not exists (select from {target} as target where {scope} and {identical})
        order by {key}
        """,
        table,
        stage,
        parameters,
        scope=scope,
    )
    return Change(deleted, written)


def upsert(connection: Connection, table: CuratedTable, stage: Staged, *, whole: bool) -> Change:
    """Rows with the stage's keys become those of the stage; `whole`: there are no others.

    Equal rows are left out beforehand: `on conflict … where` would still lock each of them, which writes to it.
    """
    parameters = {"tasks": list(stage.tasks)}
    deleted = 0
    if whole:
        same_key = sql.SQL(" and ").join(_same(column, ()) for column in table.key)
        deleted = _run(
            connection,
            """
            delete from {target} as target
            where not exists (
              select from {stage} as staged where staged.pgcopy_task = any(%(tasks)s) and {same_key}
            )
            """,
            table,
            stage,
            parameters,
            same_key=same_key,
        )
    written = _run(
        connection,
        """
        insert into {target} ({columns})
        select {columns} from {stage} as staged
        where pgcopy_task = any(%(tasks)s)
          and not exists (select from {target} as target where {identical})
        order by {key}
        on conflict ({key}) do update set {assignments}
        """,
        table,
        stage,
        parameters,
    )
    return Change(deleted, written)


def _run(
    connection: Connection,
    statement: str,
    table: CuratedTable,
    stage: Staged,
    parameters: dict[str, Any],
    **parts: sql.Composable,
) -> int:
    names = sql.SQL(", ")
    query = sql.SQL(statement).format(
        target=sql.Identifier("curated", table.name),
        stage=stage.table,
        columns=names.join(map(sql.Identifier, table.columns)),
        key=names.join(map(sql.Identifier, table.key)),
        identical=sql.SQL(" and ").join(_same(column, table.nullable) for column in table.columns),
        assignments=names.join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column))
            for column in table.columns
            if column not in table.key
        ),
        **parts,
    )
    return connection.execute(query, parameters).rowcount


def _same(column: str, nullable: Sequence[str]) -> sql.Composed:
    # Plain equality where it does, since only that can be hashed.
    operator = sql.SQL("is not distinct from" if column in nullable else "=")
    return sql.SQL("target.{0} {1} staged.{0}").format(sql.Identifier(column), operator)
