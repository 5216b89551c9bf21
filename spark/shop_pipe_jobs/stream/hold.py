"""The session advisory lock of a stream: held by the driver's session, gone with it."""

from __future__ import annotations

import time

import psycopg

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection

# How long a session that has to go is waited for, seconds.
PATIENCE_S = 10.0

_KEY = "hashtextextended('shop-pipe stream ' || %(stream)s, 0)"

# pg_locks shows a bigint key as two halves.
_HOLDER = f"""
select lock.pid
from pg_locks as lock
where lock.locktype = 'advisory'
  and lock.granted
  and lock.objsubid = 1
  and lock.database = (select oid from pg_database where datname = current_database())
  and (lock.classid::bigint << 32 | lock.objid::bigint) = {_KEY}
"""


def take(connection: Connection, stream: str, *, take_over: bool, stale_after_s: float) -> None:
    """Raises JobError environment `stream_running` where a living holder is not to be disturbed."""
    if _is_ours(connection, stream) or _try(connection, stream):
        return
    if not take_over and not _is_stale(connection, stream, stale_after_s):
        raise _running(connection, stream)
    _fence(connection, stream)
    wrest(connection, stream)


def wait_for(connection: Connection, stream: str, seconds: float = 3) -> bool:
    """Takes the lock within `seconds`; False where it stays another's."""
    deadline = time.monotonic() + seconds
    while not (_is_ours(connection, stream) or _try(connection, stream)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wrest(connection: Connection, stream: str) -> None:
    """Ends the session that holds the lock, and takes it. A merge that it is in the middle of is undone."""
    for (pid,) in connection.execute(_HOLDER, {"stream": stream}).fetchall():
        connection.execute("select pg_terminate_backend(%s, %s)", (pid, int(1000 * PATIENCE_S)))
    if not wait_for(connection, stream):
        raise _running(connection, stream)


def let_go(connection: Connection, stream: str) -> None:
    if _is_ours(connection, stream):
        connection.execute(f"select pg_advisory_unlock({_KEY})", {"stream": stream})


def _try(connection: Connection, stream: str) -> bool:
    row = connection.execute(f"select pg_try_advisory_lock({_KEY})", {"stream": stream}).fetchone()
    return bool(row and row[0])


def _is_ours(connection: Connection, stream: str) -> bool:
    """The lock counts how often its session took it: it is to be taken once."""
    row = connection.execute(f"{_HOLDER} and lock.pid = pg_backend_pid()", {"stream": stream}).fetchone()
    return row is not None


def _is_stale(connection: Connection, stream: str, after_s: float) -> bool:
    """Looks twice: one that has just taken the lock has yet to write its first heartbeat over a predecessor's."""
    if not _shows_no_life(connection, stream, after_s):
        return False
    time.sleep(0.5)
    return _shows_no_life(connection, stream, after_s)


def _shows_no_life(connection: Connection, stream: str, after_s: float) -> bool:
    row = connection.execute(
        "select heartbeat_at < clock_timestamp() - make_interval(secs => %s) from ops.streams where name = %s",
        (after_s, stream),
    ).fetchone()
    return bool(row and row[0])


def _fence(connection: Connection, stream: str) -> None:
    """Raises the epoch first, so that a holder which wakes up right now finds itself superseded."""
    try:
        with connection.transaction():
            connection.execute("set local lock_timeout = '1s'")
            connection.execute("update ops.streams set epoch = epoch + 1 where name = %s", (stream,))
    except psycopg.errors.LockNotAvailable:
        # It stopped in the middle of a merge, with the row locked: that merge dies with its session.
        pass


def _running(connection: Connection, stream: str) -> JobError:
    row = connection.execute(
        """
        select format('pid %%s on %%s since %%s', pid, host, to_char(started_at, 'YYYY-MM-DD HH24:MI:SS "UTC"'))
        from ops.streams
        where name = %s and pid is not null
        """,
        (stream,),
    ).fetchone()
    return JobError(
        "environment",
        "stream_running",
        f"stream {stream} runs already: {row[0] if row else 'another session holds it'}",
        "shop-pipe stream stop, or to take it from there: shop-pipe stream run --take-over",
    )
