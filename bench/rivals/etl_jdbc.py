"""The rival of `npm run bench -- etl`: the same tables by Spark's default session and its own JDBC source and sink.

What one would write first: each shop table read by one query (with a fetch size, or the driver would hold all of it in
memory), the same joins and aggregations, each curated table appended by `format("jdbc")` into tables with the same keys.
It has no snapshot, no checks, no staging: killed half way it leaves half.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

MONEY = "decimal(18,2)"


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        request: dict[str, Any] = json.load(file)
    spark = SparkSession.builder.getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", request["timezone"])
    options = {
        "url": request["url"],
        "user": request["user"],
        "password": os.environ["BENCH_PASSWORD"],
        "driver": "org.postgresql.Driver",
        "stringtype": "unspecified",
    }

    def read(table: str) -> DataFrame:
        return spark.read.format("jdbc").options(**options, dbtable=f"shop.{table}", fetchsize="10000").load()

    def append(frame: DataFrame, table: str) -> None:
        frame.write.format("jdbc").options(**options, dbtable=f"rival.{table}").mode("append").save()

    sale = f.col("is_sale")
    units: Column = f.coalesce(f.sum(f.when(sale, f.col("quantity"))), f.lit(0)).cast("bigint").alias("units")
    revenue: Column = f.coalesce(f.sum(f.when(sale, f.col("revenue"))), f.lit(0)).cast(MONEY).alias("revenue")
    orders: Column = f.countDistinct("order_id").alias("orders")

    def having(status: str) -> Column:
        return f.countDistinct(f.when(f.col("status") == status, f.col("order_id")))

    facts = (
        read("orders")
        .select(
            "order_id",
            "product_id",
            "customer_id",
            f.to_date("order_timestamp").alias("order_date"),
            "order_timestamp",
            "quantity",
            "price",
            (f.col("price") * f.col("quantity")).cast(MONEY).alias("revenue"),
            "status",
            (~f.col("status").isin("canceled", "unavailable")).alias("is_sale"),
        )
        .persist()
    )
    products, customers = read("products"), read("customers")
    append(facts, "fact_orders")
    append(
        customers.join(
            facts.groupBy("customer_id").agg(
                f.min("order_timestamp").alias("first_order_at"),
                f.max("order_timestamp").alias("last_order_at"),
                orders,
                units,
                revenue.alias("lifetime_value"),
            ),
            "customer_id",
            "left",
        )
        .select(
            *("customer_id", "name", "email", "created_at", "first_order_at", "last_order_at"),
            *("orders", "units", "lifetime_value"),
        )
        .na.fill(0, ["orders", "units", "lifetime_value"]),
        "dim_customers",
    )
    append(
        products.join(facts.groupBy("product_id").agg(units, orders, revenue), "product_id", "left")
        .select("product_id", "name", "category", "price", "units", "orders", "revenue")
        .na.fill(0, ["units", "orders", "revenue"]),
        "dim_products",
    )
    append(
        facts.groupBy("order_date").agg(
            orders,
            having("canceled").alias("canceled_orders"),
            having("unavailable").alias("unavailable_orders"),
            units,
            revenue,
        ),
        "daily_sales",
    )
    append(facts.groupBy("order_date", "product_id").agg(orders, units, revenue), "daily_product_sales")
    append(
        facts.join(products.select("product_id", "category"), "product_id")
        .groupBy("order_date", "category")
        .agg(orders, units, revenue),
        "daily_category_sales",
    )
    hours = facts.withColumn("order_hour", f.date_trunc("hour", "order_timestamp"))
    append(hours.groupBy("order_hour", "order_date").agg(orders, units, revenue), "hourly_sales")
    spark.stop()


main()
