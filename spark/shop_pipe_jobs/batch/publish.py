"""One transaction that makes curated and the books what the run found, or leaves both as they were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from datetime import date

from shop_pipe_jobs.batch.checks import Check, audit, audit_stages
from shop_pipe_jobs.batch.guard import APPLICATION, Guard
from shop_pipe_jobs.batch.plan import Plan
from shop_pipe_jobs.batch.replace import Change, fill_empty, replace_days, upsert
from shop_pipe_jobs.batch.snapshot import TIMEZONE_SETTING, WATERMARK_SETTING
from shop_pipe_jobs.batch.source import DayTotals
from shop_pipe_jobs.batch.stage import Staged
from shop_pipe_jobs.batch.tables import DAY_TABLES, DIMENSIONS, CuratedTable
from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection, PostgresTarget

# How long a lock may be waited for, by a reader of curated that holds it or a migration; ms.
LOCK_TIMEOUT = 60_000


class AuditFailed(JobError):
    def __init__(self, checks: list[Check]) -> None:
        failed = [check for check in checks if not check.ok]
        named = "; ".join(f"{c.name} expected {c.expected}, actual {c.actual}" for c in failed[:3])
        more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
        super().__init__(
            "data",
            "audit_failed",
            f"nothing was published, the audit failed: {named}{more}",
            "shop-pipe etl run --full",
        )
        self.checks = checks


@dataclass(frozen=True)
class Publication:
    """What a publish is to make true. `totals`: of the days that have order lines."""

    plan: Plan
    staged: Mapping[str, Staged]
    totals: Mapping[date, DayTotals]
    timezone: str
    # None: some attributes were left to the next run.
    watermark: str | None
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Published:
    checks: list[Check]
    changes: dict[str, Change]
    # Days that are marked and wait for a run.
    pending_days: int


def publish(
    target: PostgresTarget, guard: Guard, publication: Publication, commit: AbstractContextManager[None]
) -> Published:
    """Raises AuditFailed, or JobError `superseded`. The commit itself happens inside of `commit`."""
    plan, staged = publication.plan, publication.staged
    with target.connect_watched(f"{APPLICATION} publish", autocommit=False) as connection:
        connection.execute(f"set local lock_timeout = {LOCK_TIMEOUT}")
        connection.execute("set local work_mem = '64MB'")
        _fence(connection, guard)
        arrived = audit_stages(connection, staged)
        _require(arrived)
        for month in sorted({day.replace(day=1) for day in publication.totals}):
            connection.execute("select curated.ensure_partitions(%(month)s, %(month)s)", {"month": month})
        changes = {table.name: _make(connection, table, staged[table.name], plan) for table in DAY_TABLES + DIMENSIONS}
        checks = arrived + audit(connection, plan, publication.totals, staged)
        _require(checks)
        pending = _write_books(connection, guard, publication, checks)
        with commit:
            connection.commit()
    return Published(checks, changes, pending)


def _make(connection: Connection, table: CuratedTable, stage: Staged, plan: Plan) -> Change:
    """Makes the plan's part of `table` what is staged."""
    filled = fill_empty(connection, table, stage)
    if filled is not None:
        return filled
    if table in DIMENSIONS:
        return upsert(connection, table, stage, whole=plan.full)
    return replace_days(connection, table, stage, plan.scope)


def _require(checks: list[Check]) -> None:
    if not all(check.ok for check in checks):
        raise AuditFailed(checks)


def _fence(connection: Connection, guard: Guard) -> None:
    """Locks the control row: whoever raises the epoch from here on waits for our commit."""
    row = connection.execute("select epoch from ops.etl_control for update").fetchone()
    if row is None or row[0] != guard.epoch:
        raise JobError(
            "environment",
            "superseded",
            f"nothing was published: run {guard.run_id} lost its turn to a later run",
            "shop-pipe etl status",
        )


def _write_books(connection: Connection, guard: Guard, publication: Publication, checks: Sequence[Check]) -> int:
    plan = publication.plan
    if plan.full:
        connection.execute("delete from ops.curated_days where order_date <> all(%s::date[])", [list(plan.days)])
    _write_days(connection, guard, publication)
    connection.execute("delete from ops.changed_days where mark_id = any(%s::bigint[])", [list(plan.marks)])
    _set(connection, TIMEZONE_SETTING, publication.timezone)
    if publication.watermark is not None:
        _set(connection, WATERMARK_SETTING, {"xmin": publication.watermark})
    record_checks(connection, guard.run_id, checks)
    connection.execute(
        """
        update ops.etl_runs
        set state = 'succeeded', days = %s, rows = %s, seconds = %s, finished_at = clock_timestamp()
        where run_id = %s
        """,
        (
            list(plan.days),
            json.dumps({name: stage.rows for name, stage in publication.staged.items()}),
            json.dumps(publication.seconds),
            guard.run_id,
        ),
    )
    row = connection.execute("select count(distinct order_date) from ops.changed_days").fetchone()
    assert row is not None
    return int(row[0])


def _write_days(connection: Connection, guard: Guard, publication: Publication) -> None:
    """Only days whose totals are new: `on conflict … where` would lock the others, which writes to them."""
    days = list(publication.plan.days)
    held = {
        row[0]: DayTotals(*row[1:])
        for row in connection.execute(
            "select order_date, order_lines, orders, units, revenue from ops.curated_days where order_date = any(%s)",
            [days],
        )
    }
    found = {day: publication.totals.get(day, DayTotals()) for day in days}
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.curated_days (order_date, order_lines, orders, units, revenue, run_id)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (order_date) do update set
              order_lines = excluded.order_lines,
              orders = excluded.orders,
              units = excluded.units,
              revenue = excluded.revenue,
              run_id = excluded.run_id
            """,
            [(day, *astuple(totals), guard.run_id) for day, totals in found.items() if totals != held.get(day)],
        )


def _set(connection: Connection, name: str, value: object) -> None:
    connection.execute(
        """
        insert into ops.settings as setting (name, value) values (%s, %s)
        on conflict (name) do update set value = excluded.value, changed_at = now()
        where setting.value is distinct from excluded.value
        """,
        (name, json.dumps(value)),
    )


def record_checks(connection: Connection, run_id: int, checks: Sequence[Check]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.etl_checks (run_id, name, ok, expected, actual) values (%s, %s, %s, %s, %s)",
            [(run_id, check.name, check.ok, check.expected, check.actual) for check in checks],
        )
