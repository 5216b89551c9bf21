"""`npm run bench -- pgcopy`: one Spark session that writes the same cached rows in four ways, in turn.

`stage` and `append` are pgcopy's protocols, `jdbc` is Spark's own writer with its defaults, `insert` is INSERT … SELECT of
the same rows inside Postgres, the limit. Each into a bare table of the same columns, emptied before; an event per write.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from typing import Any

import psycopg
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

COLUMNS = "order_id uuid, product_id uuid, quantity int, price numeric(12, 2), order_timestamp timestamptz, status text"


def rows(spark: SparkSession, count: int) -> DataFrame:
    def an_id(seed: str) -> Any:
        return f.md5(f.concat(f.lit(seed), f.col("id").cast("string")))

    return spark.range(0, count, 1, spark.sparkContext.defaultParallelism).select(
        an_id("order").alias("order_id"),
        an_id("product").alias("product_id"),
        (f.col("id") % 7 + 1).cast("int").alias("quantity"),
        (f.col("id") % 100_000 / 100).cast("decimal(12,2)").alias("price"),
        f.timestamp_seconds(f.col("id") + 1_500_000_000).alias("order_timestamp"),
        f.lit("delivered").alias("status"),
    )


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    spark = SparkSession.builder.getOrCreate()
    password = os.environ["BENCH_PASSWORD"]
    options = {"url": request["url"], "user": request["user"], "password": password}
    connection = psycopg.connect(
        host=request["host"],
        port=request["port"],
        dbname=request["database"],
        user=request["user"],
        password=password,
        autocommit=True,
    )
    connection.execute(f"create table source ({COLUMNS})")
    connection.execute(f"create table target ({COLUMNS})")
    connection.execute(f"create unlogged table stage ({COLUMNS}, pgcopy_task bigint)")
    data = rows(spark, request["rows"]).persist()
    data.count()

    def jdbc(frame: DataFrame, table: str) -> None:
        frame.write.format("jdbc").options(
            **options, driver="org.postgresql.Driver", dbtable=table, stringtype="unspecified"
        ).mode("append").save()

    def pgcopy(frame: DataFrame, **more: str) -> None:
        frame.write.format("pgcopy").options(**options, **more).mode("append").save()

    pgcopy(data, table="source")
    ways = {
        "stage": lambda: pgcopy(data, table="stage", protocol="stage", writeId=str(uuid.uuid4())),
        "append": lambda: pgcopy(data, table="target"),
        "jdbc": lambda: jdbc(data, "target"),
        "insert": lambda: connection.execute("insert into target select * from source"),
    }
    # A round that is not counted, for the JVM and for Postgres's files.
    for number in range(request["rounds"] + 1):
        names = list(ways) if number % 2 == 0 else list(reversed(ways))
        for name in names:
            connection.execute("truncate target, stage")
            connection.execute("checkpoint")
            started = time.monotonic()
            ways[name]()
            seconds = time.monotonic() - started
            written = connection.execute(f"select count(*) from {'stage' if name == 'stage' else 'target'}").fetchone()
            assert written is not None
            assert written[0] == request["rows"], f"{name}: {written[0]} rows"
            if number > 0:
                rate = request["rows"] / seconds
                print("@shop-pipe " + json.dumps({"event": "write", "way": name, "rate": rate}), flush=True)
    spark.stop()


main()
