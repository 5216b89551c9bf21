"""Facts and their daily aggregates. Pure: DataFrame -> DataFrame, the final select is the schema contract.

Days and hours are those of `spark.sql.session.timeZone`, which the run sets to the business time zone. Money is a
whole number of cents (bigint): exact, and added several times faster than decimals. ANSI mode fails on overflow.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from shop_pipe_jobs.batch.tables import (
    DAILY_CATEGORY_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES,
    FACT_ORDERS,
    HOURLY_SALES,
)

NO_SALE = ("canceled", "unavailable")


def fact_orders(orders: DataFrame) -> DataFrame:
    """Order lines of shop.orders -> rows of curated.fact_orders."""
    return orders.select(
        "order_id",
        "product_id",
        "customer_id",
        F.to_date("order_timestamp").alias("order_date"),
        "order_timestamp",
        "quantity",
        "price",
        (F.col("price") * F.col("quantity")).alias("revenue"),
        "status",
        (~F.col("status").isin(*NO_SALE)).alias("is_sale"),
    ).select(*FACT_ORDERS.columns)


def order_hour(timestamp: str) -> Column:
    """First instant of the local hour.

    Counted back from the instant itself, so that it stays on its side of a clock change; date_trunc would pick
    the other side where the clock turns back by half an hour (Lord Howe). The same as ops.business_hour.
    """
    micros = F.unix_micros(timestamp)
    local_seconds = (F.minute(timestamp) * 60 + F.second(timestamp)).cast("bigint")
    return F.timestamp_micros(micros - local_seconds * 1_000_000 - F.pmod(micros, F.lit(1_000_000)))


def sold_units() -> Column:
    return F.sum(F.when(F.col("is_sale"), F.col("quantity")).otherwise(0))


def sold_revenue() -> Column:
    return F.sum(F.when(F.col("is_sale"), F.col("revenue")).otherwise(0))


def daily_sales(facts: DataFrame) -> DataFrame:
    """Per day. Two steps, first per order: cheaper than several count(distinct …) in one."""
    orders = facts.groupBy("order_date", "order_id").agg(
        F.max((F.col("status") == "canceled").cast("int")).alias("canceled"),
        F.max((F.col("status") == "unavailable").cast("int")).alias("unavailable"),
        sold_units().alias("units"),
        sold_revenue().alias("revenue"),
    )
    return (
        orders.groupBy("order_date")
        .agg(
            F.count("*").alias("orders"),
            F.sum("canceled").alias("canceled_orders"),
            F.sum("unavailable").alias("unavailable_orders"),
            F.sum("units").alias("units"),
            F.sum("revenue").alias("revenue"),
        )
        .select(*DAILY_SALES.columns)
    )


def daily_product_sales(facts: DataFrame) -> DataFrame:
    """Per day and product; an order has one line per product, so lines are orders."""
    return (
        facts.groupBy("order_date", "product_id")
        .agg(F.count("*").alias("orders"), sold_units().alias("units"), sold_revenue().alias("revenue"))
        .select(*DAILY_PRODUCT_SALES.columns)
    )


def daily_category_sales(facts: DataFrame, products: DataFrame) -> DataFrame:
    """Per day and the product's present category; an order counts once per category."""
    categories = products.select("product_id", "category")
    keys = ("order_date", "category")
    return _per_order(facts.join(categories, "product_id"), *keys).select(*DAILY_CATEGORY_SALES.columns)


def hourly_sales(facts: DataFrame) -> DataFrame:
    """Per local hour that has orders."""
    hours = facts.withColumn("order_hour", order_hour("order_timestamp"))
    return _per_order(hours, "order_hour", "order_date").select(*HOURLY_SALES.columns)


def _per_order(lines: DataFrame, *keys: str) -> DataFrame:
    """Orders (each once), units and revenue by `keys`."""
    orders = lines.groupBy(*keys, "order_id").agg(sold_units().alias("units"), sold_revenue().alias("revenue"))
    return orders.groupBy(*keys).agg(
        F.count("*").alias("orders"), F.sum("units").alias("units"), F.sum("revenue").alias("revenue")
    )
