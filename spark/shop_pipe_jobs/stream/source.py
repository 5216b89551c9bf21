"""Kafka as a streaming DataFrame with the columns of stream_stage.events."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from shop_pipe_jobs.stream.config import StreamConfig
from shop_pipe_jobs.stream.kafka import client_properties
from shop_pipe_jobs.stream.planned import starting_offsets

_READER = "read_order_event"

# Of the consumers. After each poll Spark asks for the partition's ends, on the connection on which the consumer has
# sent its next fetch already: at the end of the log that one is answered when there is news, else after 500 ms.
_READING = {
    "fetch.max.wait.ms": "0",
    "max.poll.records": "10000",
    "max.partition.fetch.bytes": "4194304",
    # What an aborted transaction wrote never happened; what an open one writes may not happen yet.
    "isolation.level": "read_committed",
}


def register_reader(spark: SparkSession) -> None:
    """The strict reader of order events, in Java: executors need no Python."""
    jvm = spark._jvm
    assert jvm is not None
    reader = jvm.io.shoppipe.stream.ReadOrderEvent
    spark._jsparkSession.udf().register(_READER, reader(), reader.schema())


def events(spark: SparkSession, config: StreamConfig, offsets: Mapping[int, int]) -> DataFrame:
    """Messages from `offsets` on, with the event that each holds, or the reason why it holds none."""
    options = {
        **{f"kafka.{name}": value for name, value in {**_READING, **client_properties(config.kafka)}.items()},
        "subscribe": config.topic,
        "startingOffsets": starting_offsets(config.topic, offsets),
        # What was deleted before it was read ends the query, for us to say what is lost.
        "failOnDataLoss": "true",
        "maxOffsetsPerTrigger": str(config.max_offsets_per_trigger),
        # A broker that is away ends the query, to be waited for visibly.
        "fetchOffset.numRetries": "1",
        "kafkaConsumer.pollTimeoutMs": "8000",
    }
    messages = spark.readStream.format("kafka").options(**options).load()
    read = messages.select(
        "partition",
        "offset",
        F.col("timestamp").alias("produced_at"),
        "key",
        F.col("value").alias("payload"),
        F.call_function(_READER, "value").alias("event"),
    )
    return read.select("partition", "offset", "produced_at", "key", "payload", "event.*")
