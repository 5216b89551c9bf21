"""A job's Spark session. Name, master, jars and memory are the submitter's business."""

from __future__ import annotations

import logging
from threading import Thread

from pyspark import SparkContext
from pyspark.sql import SparkSession

# Registers some five hundred functions by reflection, as long as the context starts; a session does it on first use.
SLOW_CLASS = "org.apache.spark.sql.catalyst.analysis.FunctionRegistry$"

log = logging.getLogger(__name__)


def start_spark() -> SparkSession:
    """Spark SQL's slowest class is made ready while the context starts, which keeps one core busy."""
    SparkContext._ensure_initialized()
    sql = Thread(target=_load_sql, name="load-sql", daemon=True)
    sql.start()
    SparkContext.getOrCreate()
    # A session made meanwhile could wait for that class while the class waits for one of the session's.
    sql.join()
    return SparkSession.builder.getOrCreate()


def _load_sql() -> None:
    jvm = SparkContext._jvm
    assert jvm is not None
    try:
        jvm.java.lang.Class.forName(SLOW_CLASS)
    except Exception as error:
        log.warning("%s: %s; the session loads what it needs", SLOW_CLASS, error)
