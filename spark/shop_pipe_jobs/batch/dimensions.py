"""The dimensions, as pure functions of curated days and shop attributes. DataFrame -> DataFrame."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from shop_pipe_jobs.batch.tables import DIM_CUSTOMERS, DIM_PRODUCTS
from shop_pipe_jobs.batch.transform import sold_revenue, sold_units

CUSTOMER_ATTRIBUTES = ("customer_id", "name", "email", "created_at")
PRODUCT_ATTRIBUTES = ("product_id", "name", "category", "price")
FIGURES = ("units", "orders", "revenue")
# What the customer dimension needs of a fact.
CUSTOMER_LINES = ("customer_id", "order_id", "order_timestamp", "quantity", "revenue", "is_sale")


def dim_customers(customers: DataFrame, lines: DataFrame) -> DataFrame:
    """`customers`: attributes, one row for each row of the result; `lines`: all curated facts of these customers."""
    orders = lines.groupBy("customer_id", "order_id").agg(
        F.min("order_timestamp").alias("first_at"),
        F.max("order_timestamp").alias("last_at"),
        sold_units().alias("units"),
        sold_revenue().alias("revenue"),
    )
    figures = orders.groupBy("customer_id").agg(
        F.min("first_at").alias("first_order_at"),
        F.max("last_at").alias("last_order_at"),
        F.count("*").alias("orders"),
        F.sum("units").alias("units"),
        F.sum("revenue").alias("lifetime_value"),
    )
    return (
        customers.join(figures, "customer_id", "left")
        .withColumns(
            {
                "orders": _or_zero("orders"),
                "units": _or_zero("units"),
                "lifetime_value": _or_zero("lifetime_value"),
            }
        )
        .select(*DIM_CUSTOMERS.columns)
    )


def attributes_of(ids: DataFrame, first: DataFrame, second: DataFrame) -> DataFrame:
    """Attributes of `ids` (one column): those in `first`, else those in `second`, which have the same columns."""
    key, *names = second.columns
    there = F.col(f"first.{key}").isNotNull()
    return (
        ids.alias("ids")
        .join(first.alias("first"), F.col(f"ids.{key}") == F.col(f"first.{key}"), "left")
        .join(second.alias("second"), F.col(f"ids.{key}") == F.col(f"second.{key}"), "left")
        .select(
            f"ids.{key}",
            # Not coalesce: a null in `first` is a value.
            *(F.when(there, F.col(f"first.{name}")).otherwise(F.col(f"second.{name}")).alias(name) for name in names),
        )
    )


def dim_products(products: DataFrame, product_sales: DataFrame) -> DataFrame:
    """`products`: attributes; `product_sales`: their rows of curated.daily_product_sales, of all curated days."""
    return _with_figures(products.join(_figures(product_sales), "product_id", "left"))


def dim_products_changed(products: DataFrame, current: DataFrame, added: DataFrame, removed: DataFrame) -> DataFrame:
    """The same from the dimension as it is (`current`) when the sales `removed` of some days give way to `added`."""
    figures = [
        (_or_zero(f"current.{name}") + _or_zero(f"added.{name}") - _or_zero(f"removed.{name}")).alias(name)
        for name in FIGURES
    ]
    frames = {"current": current, "added": _figures(added), "removed": _figures(removed)}
    joined = products.alias("product")
    for name, frame in frames.items():
        joined = joined.join(frame.alias(name), F.col("product.product_id") == F.col(f"{name}.product_id"), "left")
    return _with_figures(joined.select(*(f"product.{name}" for name in PRODUCT_ATTRIBUTES), *figures))


def products_of_other_category(products: DataFrame, current: DataFrame) -> DataFrame:
    """product_id of those of the shop's `products` that have another category in the dimension `current`."""
    moved = F.col("shop.category") != F.col("dim.category")
    return (
        products.alias("shop")
        .join(current.alias("dim"), (F.col("shop.product_id") == F.col("dim.product_id")) & moved)
        .select("shop.product_id")
    )


def _or_zero(name: str) -> Column:
    return F.coalesce(name, F.lit(0))


def _figures(product_sales: DataFrame) -> DataFrame:
    return product_sales.groupBy("product_id").agg(*(F.sum(name).alias(name) for name in FIGURES))


def _with_figures(products: DataFrame) -> DataFrame:
    return products.withColumns(
        {
            "units": _or_zero("units"),
            "orders": _or_zero("orders"),
            "revenue": _or_zero("revenue"),
        }
    ).select(*DIM_PRODUCTS.columns)
