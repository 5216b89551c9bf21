"""Runs once, when the class archive is made: loads the classes that the jobs load, on generated rows.

The archive is a matter of speed only; what is not loaded here is loaded by the jobs as ever.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shop_pipe_jobs.python_path import prefer_installed

prefer_installed()

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from shop_pipe_jobs.batch import transform

ORDER_LINES = 5_000


def order_lines(spark: SparkSession) -> DataFrame:
    """Rows as the batch reads them from shop.orders: ids of 16 bytes, prices in cents."""
    return spark.range(0, ORDER_LINES, 1, 4).select(
        _id(F.floor(F.col("id") / 3)).alias("order_id"),
        _id(F.col("id") % 13).alias("product_id"),
        _id(F.floor(F.col("id") / 6)).alias("customer_id"),
        (F.col("id") % 7 + 1).cast("int").alias("quantity"),
        F.col("id").alias("price"),
        F.timestamp_seconds(F.col("id") * 1_000 + 1_500_000_000).alias("order_timestamp"),
        F.when(F.col("id") % 50 == 0, "canceled").otherwise("delivered").alias("status"),
    )


def _id(number: Column) -> Column:
    return F.unhex(F.md5(number.cast("string")))


def batch(spark: SparkSession) -> None:
    facts = transform.fact_orders(order_lines(spark)).persist()
    products = facts.select("product_id").distinct().withColumn("category", F.lit("toys"))
    customers = facts.groupBy("customer_id").agg(F.min("order_timestamp"), F.max("order_timestamp"), F.sum("revenue"))
    for frame in (
        facts,
        transform.daily_sales(facts),
        transform.daily_product_sales(facts),
        transform.daily_category_sales(facts, products),
        transform.hourly_sales(facts),
        customers,
    ):
        frame.write.format("noop").mode("append").save()
    facts.unpersist()


def stream(spark: SparkSession) -> None:
    query = (
        spark.readStream.format("rate-micro-batch")
        .option("rowsPerBatch", 100)
        .load()
        .writeStream.foreachBatch(lambda frame, _: frame.coalesce(1).write.format("noop").mode("append").save())
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination(60)
    query.stop()


def main() -> None:
    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "America/Sao_Paulo")
    batch(spark)
    stream(spark)
    spark.stop()


if __name__ == "__main__":
    main()
