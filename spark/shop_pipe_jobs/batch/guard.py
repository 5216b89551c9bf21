"""One batch at a time: the advisory lock, the epoch that fences whoever lost it, and the run's row in the books."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from shop_pipe_jobs.batch.config import BatchConfig
from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.events import Progress
from shop_pipe_jobs.postgres import Connection

# Session advisory lock of the batch in its database: the bytes of "shop_etl" as a bigint.
LOCK_KEY = int.from_bytes(b"shop_etl", "big")

APPLICATION = "shop-pipe etl"


@dataclass(frozen=True)
class Guard:
    """Held for the whole run. The lock ends with the connection, so a run that dies blocks no one."""

    connection: Connection
    run_id: int
    epoch: int


@contextmanager
def guarded(config: BatchConfig, progress: Progress) -> Iterator[Guard]:
    """Waits for its turn, then opens the run: raises the epoch first, so that a zombie can't publish any more."""
    with config.target.connect_watched(APPLICATION) as connection:
        _wait_for_lock(connection, config.lock_timeout_s, progress)
        row = connection.execute("update ops.etl_control set epoch = epoch + 1 returning epoch").fetchone()
        if row is None:
            raise JobError("data", "control_row_missing", "ops.etl_control has no row", "shop-pipe migrate verify")
        # Whoever was running lost the lock: it is dead, or will be refused by the epoch.
        connection.execute("update ops.etl_runs set state = 'abandoned', finished_at = now() where state = 'running'")
        run = connection.execute(
            """
            insert into ops.etl_runs (epoch, requested, timezone, state)
            values (%s, %s, %s, 'running')
            returning run_id
            """,
            (row[0], json.dumps(config.request.to_json()), config.timezone),
        ).fetchone()
        assert run is not None
        yield Guard(connection, run[0], row[0])


def _wait_for_lock(connection: Connection, timeout_s: float, progress: Progress) -> None:
    if _try_lock(connection):
        return
    deadline = time.monotonic() + timeout_s
    while True:
        progress.say(f"waiting for {_holder(connection)}")
        left = deadline - time.monotonic()
        slice_ms = max(1, int(1000 * min(left, 5)))
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = {slice_ms}")
                connection.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
            return
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() < deadline:
                continue
            waited = timedelta(seconds=round(timeout_s))
            raise JobError(
                "environment",
                "etl_busy",
                f"{_holder(connection)} is still at work after {waited}",
                "shop-pipe etl status",
            ) from None


def _try_lock(connection: Connection) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", (LOCK_KEY,)).fetchone()
    return bool(row and row[0])


def _holder(connection: Connection) -> str:
    row = connection.execute(
        """
        select format(
          'run %s (%s) since %s',
          run_id, requested ->> 'kind', to_char(started_at, 'YYYY-MM-DD HH24:MI:SS "UTC"')
        )
        from ops.etl_runs
        where state = 'running'
        order by run_id desc
        limit 1
        """
    ).fetchone()
    return str(row[0]) if row else "another batch run"
