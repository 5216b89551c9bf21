"""A streaming query whose checkpoint is in memory, and forgotten with it."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

# Of each session the query runs in.
_SETTINGS = {
    "spark.sql.streaming.checkpointFileManagerClass": "io.shoppipe.stream.MemoryCheckpoints",
    # Nothing here is a function of time: a batch without messages has nothing to do.
    "spark.sql.streaming.noDataMicroBatches.enabled": "false",
    "spark.sql.streaming.minBatchesToRetain": "2",
    "spark.sql.streaming.numRecentProgressUpdates": "1",
    # How long stop() waits for the query's thread, milliseconds. One that is asking Kafka can't be interrupted.
    "spark.sql.streaming.stopTimeout": "1000",
    # No shuffle, no join: there is nothing to adapt to, and each look costs a small batch milliseconds.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    # Spark's default and the login to Kafka: options of these names are not shown in plans.
    "spark.sql.redaction.options.regex": "(?i)url|password|jaas",
}

# A batch begins at most this often: back to back, small ones would keep a core busy for 12 ms less latency.
TRIGGER = "100 milliseconds"

# py4j logs each call that fails, with its traceback; what ends a query is told by who waits for it.
logging.getLogger("py4j").setLevel(logging.CRITICAL)


def prepare(spark: SparkSession) -> None:
    for name, value in _SETTINGS.items():
        spark.conf.set(name, value)


class Query:
    """One run of a streaming query, from start to stop."""

    def __init__(self, spark: SparkSession) -> None:
        jvm = spark._jvm
        assert jvm is not None
        self._checkpoints: Any = jvm.io.shoppipe.stream.MemoryCheckpoints
        self._checkpoint = f"memory:/{uuid.uuid4()}"
        self._query: StreamingQuery | None = None

    def offset_log(self, batch: int) -> str:
        """The planned offsets of a batch, which Spark writes down before it runs it."""
        entry = self._checkpoints.read(f"{self._checkpoint}/offsets/{batch}")
        if entry is None:
            raise LookupError(f"batch {batch} is not in the offset log")
        return str(entry)

    def start(
        self,
        frame: DataFrame,
        batches: Callable[[DataFrame, int], None],
        ended: Callable[[BaseException], None],
    ) -> None:
        """Starts; `ended` hears from another thread why the query failed, if it does."""
        query = (
            frame.writeStream.foreachBatch(batches)
            .option("checkpointLocation", self._checkpoint)
            .trigger(processingTime=TRIGGER)
            .start()
        )
        self._query = query

        def wait() -> None:
            try:
                query.awaitTermination()
            except Exception as error:
                ended(error)

        threading.Thread(target=wait, name="query", daemon=True).start()

    def stop(self) -> None:
        """Stops between batches: the caller sees to it that none is under way, and that none does anything any more."""
        if self._query is not None:
            # A thread that outlasts the timeout ends by itself when Kafka, or the client's timeout, lets it.
            with suppress(Py4JJavaError, PySparkException):
                self._query.stop()
        self._checkpoints.forget(self._checkpoint)
