"""The curated tables as the batch fills them: the contract between transforms, staging and publish."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CuratedTable:
    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    nullable: tuple[str, ...] = ()


FACT_ORDERS = CuratedTable(
    "fact_orders",
    key=("order_id", "product_id", "order_date"),
    columns=(
        "order_id",
        "product_id",
        "customer_id",
        "order_date",
        "order_timestamp",
        "quantity",
        "price",
        "revenue",
        "status",
        "is_sale",
    ),
)
DIM_CUSTOMERS = CuratedTable(
    "dim_customers",
    key=("customer_id",),
    columns=(
        "customer_id",
        "name",
        "email",
        "created_at",
        "first_order_at",
        "last_order_at",
        "orders",
        "units",
        "lifetime_value",
    ),
    nullable=("first_order_at", "last_order_at"),
)
DIM_PRODUCTS = CuratedTable(
    "dim_products",
    key=("product_id",),
    columns=("product_id", "name", "category", "price", "units", "orders", "revenue"),
    nullable=("price",),
)
DAILY_SALES = CuratedTable(
    "daily_sales",
    key=("order_date",),
    columns=("order_date", "orders", "canceled_orders", "unavailable_orders", "units", "revenue"),
)
DAILY_PRODUCT_SALES = CuratedTable(
    "daily_product_sales",
    key=("order_date", "product_id"),
    columns=("order_date", "product_id", "orders", "units", "revenue"),
)
DAILY_CATEGORY_SALES = CuratedTable(
    "daily_category_sales",
    key=("order_date", "category"),
    columns=("order_date", "category", "orders", "units", "revenue"),
)
HOURLY_SALES = CuratedTable(
    "hourly_sales",
    key=("order_hour",),
    columns=("order_hour", "order_date", "orders", "units", "revenue"),
)

# Columns that hold money, with their types in Spark; computed in cents, staged as these.
MONEY = {"price": "decimal(12,2)", "revenue": "decimal(18,2)", "lifetime_value": "decimal(18,2)"}

# Each row belongs to one business day and is replaced with it.
DAY_TABLES = (FACT_ORDERS, DAILY_SALES, DAILY_PRODUCT_SALES, DAILY_CATEGORY_SALES, HOURLY_SALES)
# Each row belongs to a customer or a product, whatever the days.
DIMENSIONS = (DIM_CUSTOMERS, DIM_PRODUCTS)
