"""The batch as a process: configuration in, events on stdout, an exit code."""

from __future__ import annotations

import os
import sys
import time

from shop_pipe_jobs import watchdog
from shop_pipe_jobs.batch.config import read_config
from shop_pipe_jobs.batch.failure import as_job_error
from shop_pipe_jobs.batch.run import run
from shop_pipe_jobs.errors import Interrupted, JobError
from shop_pipe_jobs.events import Progress, to_stdout
from shop_pipe_jobs.interrupts import Interrupts
from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.process import config_text, error_event, leave
from shop_pipe_jobs.session import start_spark

# How long an interrupted run may take to write into the books that it was, seconds; less than its submitter's patience.
LAST_WORDS_S = 15.0


def main() -> int:
    """Exit code 0, 1 after an `error` event, 128 + the signal's number after a signal."""
    interrupts = Interrupts()
    interrupts.install()
    target: PostgresTarget | None = None
    try:
        config = read_config(config_text(sys.argv), os.environ)
        target = config.target
        watchdog.watch(config.parent, lambda reason: _die(reason, interrupts))
        result = run(config, start_spark, Progress(to_stdout), interrupts.shield())
    except BaseException as error:
        failure = as_job_error(error, None, target or PostgresTarget("?", 0, "?", "?", ""))
        to_stdout(error_event(failure))
        code = error.exit_code if isinstance(error, Interrupted) else 1
        leave(code)
    to_stdout(result.to_event())
    return 0


def _die(reason: str, interrupts: Interrupts) -> None:
    """The transaction under way, if any, ends with our connections."""
    if interrupts.raised:
        # The signal that ended the JVM reached us too: the main thread leaves by itself once it has said so.
        time.sleep(LAST_WORDS_S)
    to_stdout(error_event(JobError("interrupted", "orphaned", reason)))
    leave(143)
