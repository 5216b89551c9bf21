"""The one snapshot that everything of a run is read from, and what the driver itself reads on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import psycopg.sql

from shop_pipe_jobs.batch.guard import APPLICATION
from shop_pipe_jobs.postgres import Connection, PostgresTarget

# Some 8 MB, in ten milliseconds or so: enough to tell many from few.
_SAMPLED_PAGES = 1_000

TIMEZONE_SETTING = "timezone"
WATERMARK_SETTING = "attributes_watermark"


@dataclass(frozen=True)
class Snapshot:
    """`name` is for `set transaction snapshot`, for as long as `connection` stays in its transaction."""

    connection: Connection
    name: str


@dataclass(frozen=True)
class Books:
    """ops as the snapshot sees it."""

    timezone: str | None
    # Mark id and its day, of every mark in ops.changed_days.
    marks: tuple[tuple[int, date], ...]
    # Order lines per curated day.
    curated: dict[date, int]
    # Customers and products whose changed_xid is lower had been read by the last run; None: read all.
    watermark: str | None
    next_watermark: str


@contextmanager
def exported_snapshot(target: PostgresTarget) -> Iterator[Snapshot]:
    with target.connect(f"{APPLICATION} snapshot", autocommit=False) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Snapshot(connection, str(_value(connection, "select pg_export_snapshot()")))


@contextmanager
def imported_snapshot(target: PostgresTarget, name: str) -> Iterator[Connection]:
    """A second session on the same snapshot, for work that goes on beside."""
    with target.connect(f"{APPLICATION} audit", autocommit=False) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(psycopg.sql.SQL("set transaction snapshot {}").format(name))
        yield connection


def read_books(snapshot: Snapshot) -> Books:
    run = snapshot.connection.execute
    marks = run("select mark_id, order_date from ops.changed_days order by mark_id").fetchall()
    curated = run("select order_date, order_lines from ops.curated_days").fetchall()
    settings: dict[Any, Any] = dict(
        run(
            "select name, value from ops.settings where name in (%s, %s)",
            (TIMEZONE_SETTING, WATERMARK_SETTING),
        )
    )
    xids = run(
        """
        select
          pg_snapshot_xmin(pg_current_snapshot())::text,
          case when %(known)s::xid8 <= pg_snapshot_xmax(pg_current_snapshot()) then %(known)s end
        """,
        {"known": (settings.get(WATERMARK_SETTING) or {}).get("xmin")},
    ).fetchone()
    assert xids is not None
    return Books(
        timezone=settings.get(TIMEZONE_SETTING),
        marks=tuple(marks),
        curated=dict(curated),
        # A watermark from the future is another cluster's, restored with its data.
        watermark=None if xids[1] is None else str(xids[1]),
        next_watermark=str(xids[0]),
    )


def products_changed(snapshot: Snapshot, watermark: str | None) -> bool:
    """Whether a product may have attributes that the dimension doesn't know yet."""
    found = _value(
        snapshot.connection,
        "select exists (select from shop.products where %(xid)s::xid8 is null or changed_xid >= %(xid)s::xid8)",
        {"xid": watermark},
    )
    return bool(found)


def about_changed(snapshot: Snapshot, table: str, watermark: str) -> int:
    """About how many rows of a table changed since the watermark, by a sample of its pages; of a small table, all."""
    share = min(100.0, 100 * _SAMPLED_PAGES / max(1, pages(snapshot, table)))
    query = psycopg.sql.SQL(
        "select count(*) from {} tablesample system (%(share)s) repeatable (1) where changed_xid >= %(xid)s::xid8"
    ).format(psycopg.sql.Identifier(*table.split(".")))
    return round(int(_value(snapshot.connection, query, {"share": share, "xid": watermark})) * 100 / share)


def pages(snapshot: Snapshot, table: str) -> int:
    """Size of a table in pages of 8 KiB; all its rows in this snapshot lie in these."""
    size = "select pg_relation_size(%s::regclass) / current_setting('block_size')::integer"
    return int(_value(snapshot.connection, size, (table,)))


def _value(connection: Connection, query: str | psycopg.sql.Composed, parameters: Any = None) -> Any:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row[0]
