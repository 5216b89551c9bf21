"""The batch as a process: configuration in, events on stdout, an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from shop_pipe_jobs import watchdog
from shop_pipe_jobs.batch.config import read_config
from shop_pipe_jobs.batch.failure import as_job_error
from shop_pipe_jobs.batch.run import run
from shop_pipe_jobs.errors import Interrupted, JobError
from shop_pipe_jobs.events import Progress, to_stdout
from shop_pipe_jobs.interrupts import Interrupts
from shop_pipe_jobs.postgres import PostgresTarget

# How long an interrupted run may take to write into the books that it was, seconds; less than its submitter's patience.
LAST_WORDS_S = 15.0


def main() -> int:
    """Exit code 0, 1 after an `error` event, 128 + the signal's number after a signal."""
    interrupts = Interrupts()
    interrupts.install()
    target: PostgresTarget | None = None
    try:
        config = read_config(_config_text(sys.argv), os.environ)
        target = config.target
        watchdog.watch(config.parent, lambda reason: _die(reason, interrupts))
        result = run(config, _start_spark, Progress(to_stdout), interrupts.shield())
    except BaseException as error:
        failure = as_job_error(error, None, target or PostgresTarget("?", 0, "?", "?", ""))
        to_stdout(_error_event(failure))
        code = error.exit_code if isinstance(error, Interrupted) else 1
        # Threads may still be waiting for a Spark that is gone.
        _leave(code)
    to_stdout(result.to_event())
    return 0


def _config_text(argv: list[str]) -> str:
    if len(argv) != 2:
        raise JobError("bug", "bad_config", "usage: shop_pipe_jobs_batch.py CONFIG.json")
    try:
        return Path(argv[1]).read_text(encoding="utf-8")
    except OSError as error:
        raise JobError("bug", "bad_config", f"the job's configuration can't be read: {error}") from error


def _start_spark() -> SparkSession:
    """Name, master, jars and memory are the submitter's business."""
    return SparkSession.builder.getOrCreate()


def _error_event(failure: JobError) -> dict[str, object]:
    return {
        "event": "error",
        "kind": failure.kind,
        "code": failure.code,
        "message": failure.message,
        "suggestion": failure.suggestion,
    }


def _die(reason: str, interrupts: Interrupts) -> None:
    """The transaction under way, if any, ends with our connections."""
    if interrupts.raised:
        # The signal that ended the JVM reached us too: the main thread leaves by itself once it has said so.
        time.sleep(LAST_WORDS_S)
    to_stdout(_error_event(JobError("interrupted", "orphaned", reason)))
    _leave(143)


def _leave(code: int) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(code)
