"""From whatever went wrong to an error that a user can act on, and into the run's row."""

from __future__ import annotations

import re
from contextlib import suppress

import psycopg
from py4j.protocol import Py4JError, Py4JJavaError

from shop_pipe_jobs.batch.guard import APPLICATION, Guard
from shop_pipe_jobs.batch.publish import AuditFailed, record_checks
from shop_pipe_jobs.errors import Interrupted, JobError
from shop_pipe_jobs.postgres import Connection, PostgresTarget

# SQLSTATEs of a server that goes away or isn't there yet, by class or whole.
_GONE = ("08", "57P01", "57P02", "57P03", "57P05")
# How pgjdbc, inside of a Spark exception's text, says the same.
_GONE_IN_SPARK = re.compile(
    r"PSQLException: .*(terminating connection|I/O error|Connection to .* refused|connection attempt failed"
    r"|database system is|connection has been closed|Database connection failed)"
)
_PSQL = re.compile(r"PSQLException: (?:ERROR|FATAL): (.*)")
# What Java threw, in the second line of py4j's text; its first only names the call.
_JAVA = re.compile(r"^: (?:[\w.$]+: )?(\S.*)$", re.MULTILINE)


def as_job_error(error: BaseException, guard: Connection | None, target: PostgresTarget) -> JobError:
    """`guard`: a session that has been open all the while; that it is broken says that the server went away."""
    if isinstance(error, JobError):
        return error
    if isinstance(error, KeyboardInterrupt):
        name = error.signal_name if isinstance(error, Interrupted) else "SIGINT"
        return JobError("interrupted", "interrupted", f"interrupted by {name}: nothing was published")
    if isinstance(error, psycopg.Error):
        return _of_psycopg(error, target)
    if isinstance(error, (Py4JError, ConnectionError)) and not isinstance(error, Py4JJavaError):
        return JobError(
            "environment", "spark_gone", "Spark's driver process is gone; nothing was published", "shop-pipe logs spark"
        )
    text = str(error)
    if _GONE_IN_SPARK.search(text) or (guard is not None and not _answers(guard)):
        return _unreachable(target)
    # What Postgres said is nearer to the cause than Spark's wrapping.
    said = _PSQL.search(text) or _JAVA.search(text)
    message = said.group(1) if said else next((line for line in text.splitlines() if line.strip()), repr(error))
    code = "spark_failed" if "py4j" in type(error).__module__ or "pyspark" in type(error).__module__ else "bug"
    return JobError("bug", code, f"{_lower(message.strip())} ({type(error).__name__})", "shop-pipe logs spark")


def _of_psycopg(error: psycopg.Error, target: PostgresTarget) -> JobError:
    state = error.sqlstate or ""
    message = _lower(str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
    if state == "28P01" or "password authentication failed" in message:
        return JobError(
            "environment",
            "wrong_password",
            f"Postgres refuses the password of {target}",
            "set SHOP_ETL_PASSWORD in .env to the password of role shop_etl, then: shop-pipe up",
        )
    if state == "3D000" or re.search(r'database ".*" does not exist', message):
        return JobError("environment", "database_missing", f"there is no database at {target}", "shop-pipe up")
    if state in ("42P01", "3F000", "42883", "42703"):
        return JobError(
            "environment",
            "not_migrated",
            f"{target} lacks what the batch needs: {message}",
            "shop-pipe migrate up",
        )
    if state == "42501":
        return JobError("environment", "not_allowed", f"{target}: {message}", "shop-pipe migrate up")
    if state == "55P03":
        return JobError(
            "environment",
            "lock_timeout",
            f"a table of {target} stayed locked: {message}",
            "shop-pipe etl run",
        )
    if state == "22023" and "time zone" in message:
        return JobError("environment", "unknown_timezone", message, "set SHOP_TIMEZONE to a name such as UTC")
    if state == "53100":
        return JobError("environment", "disk_full", f"Postgres at {target}: {message}")
    if state.startswith(_GONE) or (not state and isinstance(error, psycopg.OperationalError)):
        return _unreachable(target)
    return JobError("bug", "postgres_failed", f"{message} (SQLSTATE {state})", "shop-pipe logs postgres")


def _unreachable(target: PostgresTarget) -> JobError:
    return JobError(
        "environment",
        "postgres_unreachable",
        f"Postgres at {target} can't be reached; nothing was published",
        "shop-pipe up postgres",
    )


def _answers(connection: Connection) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def record_failure(failure: JobError, guard: Guard, target: PostgresTarget) -> None:
    """Best effort: where even this can't be written, the next run marks ours as abandoned."""
    with suppress(psycopg.Error):
        if guard.connection.broken or guard.connection.closed:
            with target.connect(APPLICATION) as connection:
                _record(connection, failure, guard.run_id)
        else:
            _record(guard.connection, failure, guard.run_id)


def _record(connection: Connection, failure: JobError, run_id: int) -> None:
    with connection.transaction():
        # Only while it runs: a commit whose answer got lost has succeeded all the same.
        updated = connection.execute(
            """
            update ops.etl_runs set state = 'failed', error = %s, finished_at = now()
            where run_id = %s and state = 'running'
            """,
            (f"{failure.code}: {failure.message}", run_id),
        )
        if updated.rowcount and isinstance(failure, AuditFailed):
            record_checks(connection, run_id, failure.checks)
