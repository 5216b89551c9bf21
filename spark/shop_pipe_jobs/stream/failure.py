"""From whatever went wrong to what is away and worth waiting for, or to an error that a user can act on."""

from __future__ import annotations

import re

import psycopg
from py4j.protocol import Py4JError, Py4JJavaError

from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.postgres import Connection, PostgresTarget

# SQLSTATEs, by class or whole, of a server that goes away or is not there yet.
_GONE = ("08", "57P01", "57P02", "57P03", "57P05")
# Of one that may let the same thing pass the next time, and what to call that.
_PASSING = {
    "40": "another transaction was in the way",
    "53300": "Postgres has no connection left",
    "55P03": "a table stays locked",
    "57014": "a statement was canceled",
}
# How pgjdbc, inside of a Spark exception's text, says that the server is gone.
_GONE_IN_SPARK = re.compile(
    r"PSQLException: .*(terminating connection|I/O error|Connection to .* refused|connection attempt failed"
    r"|[Dd]atabase connection failed|database system is|connection has been closed"
    r"|too many (clients|connections)|remaining connection slots)"
)
_PSQL = re.compile(r"PSQLException: (?:ERROR|FATAL): (.*)")
_KAFKA = re.compile(
    r"org\.apache\.kafka\.|KafkaException|KafkaIllegalStateException|KAFKA_DATA_LOSS|failOnDataLoss"
    r"|Cannot fetch (?:record|offset)|data may have been (?:lost|missed)"
)


def postgres_is_gone(error: BaseException, session: Connection | None, target: PostgresTarget) -> str | None:
    """Why to wait and try again; None where that would not help.

    `session`: one that has been open all the while; that it is broken says that the server went away.
    """
    unreachable = f"Postgres at {target} can't be reached"
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        for prefix, reason in _PASSING.items():
            if state.startswith(prefix):
                return f"{reason} at {target}"
        message = str(error)
        if "password authentication failed" in message or "does not exist" in message:
            return None
        return unreachable if state.startswith(_GONE) or (not state and _is_operational(error)) else None
    if isinstance(error, Py4JJavaError):
        gone = _GONE_IN_SPARK.search(str(error)) or (session is not None and not answers(session))
        return unreachable if gone else None
    return None


def _is_operational(error: psycopg.Error) -> bool:
    """InterfaceError: psycopg noticed by itself, `the connection is closed`."""
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))


def is_of_kafka(error: BaseException) -> bool:
    return _KAFKA.search(str(error)) is not None


def as_job_error(error: BaseException, target: PostgresTarget) -> JobError:
    if isinstance(error, JobError):
        return error
    if isinstance(error, psycopg.Error):
        return _of_psycopg(error, target)
    module = type(error).__module__
    if isinstance(error, (Py4JError, ConnectionError)) and not isinstance(error, Py4JJavaError):
        return JobError("environment", "spark_gone", "Spark's driver process is gone", "shop-pipe logs stream")
    text = str(error)
    # What Postgres said is nearer to the cause than Spark's wrapping; py4j's first line only names a call.
    said = _PSQL.search(text)
    lines = [line.removeprefix(": ").strip() for line in text.splitlines() if not line.startswith("An error occurred")]
    message = said.group(1) if said else next(filter(None, lines), repr(error))
    code = "spark_failed" if "py4j" in module or "pyspark" in module else "bug"
    return JobError("bug", code, f"{_lower(message.strip())[:500]} ({type(error).__name__})", "shop-pipe logs stream")


def _of_psycopg(error: psycopg.Error, target: PostgresTarget) -> JobError:
    state = error.sqlstate or ""
    message = _lower(next((line for line in str(error).splitlines() if line.strip()), type(error).__name__).strip())
    if state == "28P01" or "password authentication failed" in message:
        return JobError(
            "environment",
            "wrong_password",
            f"Postgres refuses the password of {target}",
            "set SHOP_STREAM_PASSWORD in .env to the password of role shop_stream, then: shop-pipe up",
        )
    if state == "3D000" or re.search(r'database ".*" does not exist', message):
        return JobError("environment", "database_missing", f"there is no database at {target}", "shop-pipe up")
    if state in ("42P01", "3F000", "42883", "42703"):
        lacks = f"{target} lacks what the stream needs: {message}"
        return JobError("environment", "not_migrated", lacks, "shop-pipe migrate up")
    if state == "42501":
        return JobError("environment", "not_allowed", f"{target}: {message}", "shop-pipe migrate up")
    if state == "22023" and "time zone" in message:
        return JobError("environment", "unknown_timezone", message, "set SHOP_TIMEZONE to a name such as UTC")
    if state == "53100":
        return JobError("environment", "disk_full", f"Postgres at {target}: {message}")
    return JobError("bug", "postgres_failed", f"{message} (SQLSTATE {state})", "shop-pipe logs postgres")


def answers(connection: Connection) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
