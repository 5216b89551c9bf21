"""The rival of `npm run bench -- stream`: foreachBatch and Spark's own JDBC append, which promises nothing.

Reads the topic from its beginning to what is there at the start, takes each event apart with from_json, and appends its
lines to a table equal to shop.orders. It keeps no keys, no versions, no ledger: a killed run leaves lines twice.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

EVENT = """
  order_id string, version int, event_time timestamp, status string, order_timestamp timestamp,
  customer struct<id: string>, lines array<struct<product_id: string, quantity: int, price: decimal(12,2)>>
"""


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    spark = SparkSession.builder.getOrCreate()

    def append(batch: DataFrame, batch_id: int) -> None:
        batch.persist()
        read = batch.count()
        event = batch.select(f.from_json(f.col("value").cast("string"), EVENT).alias("e")).select("e.*")
        lines = event.select("*", f.explode("lines").alias("line")).select(
            "order_id",
            "line.product_id",
            f.col("customer.id").alias("customer_id"),
            "line.quantity",
            "line.price",
            "order_timestamp",
            "status",
            "version",
            f.col("event_time").alias("status_at"),
        )
        (
            lines.write.format("jdbc")
            .option("url", request["url"])
            .option("user", request["user"])
            .option("password", os.environ["BENCH_PASSWORD"])
            .option("driver", "org.postgresql.Driver")
            .option("dbtable", request["table"])
            .option("stringtype", "unspecified")
            .option("batchsize", 10_000)
            .option("reWriteBatchedInserts", "true")
            .mode("append")
            .save()
        )
        batch.unpersist()
        print("@shop-pipe " + json.dumps({"event": "batch", "read": read, "at": time.time()}), flush=True)

    stream = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", request["brokers"])
        .option("subscribe", request["topic"])
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", request["max_offsets_per_trigger"])
        .load()
    )
    query = (
        stream.writeStream.foreachBatch(append)
        .option("checkpointLocation", request["checkpoint"])
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()


main()
