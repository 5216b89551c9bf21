"""The stream as a process: configuration in, events on stdout, an exit code."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from pyspark import SparkContext

from shop_pipe_jobs import watchdog
from shop_pipe_jobs.errors import JobError
from shop_pipe_jobs.events import to_stdout
from shop_pipe_jobs.postgres import PostgresTarget
from shop_pipe_jobs.process import config_text, error_event, leave
from shop_pipe_jobs.session import start_spark
from shop_pipe_jobs.stream.config import read_config
from shop_pipe_jobs.stream.driver import Driver
from shop_pipe_jobs.stream.failure import as_job_error
from shop_pipe_jobs.stream.faults import Faults
from shop_pipe_jobs.stream.stop import Stop, take_signals, take_signals_of_jvm


def main() -> NoReturn:
    """Exit code 0 after a stop or a drain, 1 after an `error` event."""
    stop = Stop()
    take_signals(stop)
    target = PostgresTarget("?", 0, "?", "?", "")
    try:
        config = read_config(config_text(sys.argv), os.environ)
        target = config.target
        watchdog.watch(config.parent, _die)
        # The JVM that spark-submit has started already; no SparkContext yet.
        SparkContext._ensure_initialized()
        gateway = SparkContext._gateway
        take_signals_of_jvm(gateway, stop)
        pool = ThreadPoolExecutor(1, thread_name_prefix="spark")
        Driver(config, gateway, to_stdout, stop, Faults.from_environment()).run(pool.submit(start_spark))
    except BaseException as error:
        to_stdout(error_event(as_job_error(error, target)))
        leave(1)
    leave(0)


def _die(reason: str) -> None:
    """The transaction under way, if any, ends with our connections."""
    to_stdout(error_event(JobError("interrupted", "orphaned", reason)))
    leave(143)
