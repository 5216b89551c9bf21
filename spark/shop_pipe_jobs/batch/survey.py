"""What there is to do, found out on the snapshot: which days, how many lines, in which parts to read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

from pyspark.sql import DataFrame, SparkSession

from shop_pipe_jobs.batch import dimensions, source
from shop_pipe_jobs.batch.config import BatchConfig
from shop_pipe_jobs.batch.partitions import order_predicates, page_predicates
from shop_pipe_jobs.batch.plan import Plan, changed_days, plan_days, plan_full
from shop_pipe_jobs.batch.read import Reader
from shop_pipe_jobs.batch.snapshot import Books, Snapshot, about_changed, pages, products_changed
from shop_pipe_jobs.batch.source import DayLines
from shop_pipe_jobs.batch.tables import DAILY_PRODUCT_SALES, DIM_PRODUCTS

# A partition of fewer lines isn't worth a task and a connection of its own.
LEAST_ROWS_PER_PARTITION = 20_000
# Of a table read by pages; customers and products have some 80 rows to a page.
PAGES_PER_PARTITION = 2_500
# Of customers or products that changed: after a change of them all one task would do the work of a `--full`.
MOST_CHANGED_IN_ONE = 50_000
# Of shop.products, some two million of them: up to here their categories are sent to every task.
MOST_BROADCAST_PAGES = 25_000
# Up to here interpreting an expression takes less time than compiling it (docs/decisions/spark-start.md).
MOST_INTERPRETED_LINES = 20_000


@dataclass(frozen=True)
class Survey:
    """The plan, and the predicates (one per Spark partition) that read what it needs."""

    plan: Plan
    lines: int
    rows_per_partition: int
    orders: list[str]
    # Those that may have changed since the last run; in full, all.
    customers: list[str]
    products: list[str]
    # All that is read fits into one partition.
    small: bool
    # And so few lines that compiling code for them takes longer than doing without.
    interpreted: bool
    # So few that every task may hold their categories.
    few_products: bool

    @property
    def shuffle_partitions(self) -> int:
        return max(1, ceil(self.lines / self.rows_per_partition))


def survey(config: BatchConfig, snapshot: Snapshot, books: Books, reader: Reader, every_day: list[DayLines]) -> Survey:
    """`every_day`: what a full run is of."""
    customers, products = (_changed(config, snapshot, books, table) for table in ("shop.customers", "shop.products"))
    if config.request.full:
        days = every_day
        plan = plan_full(config, books, [day.day for day in days])
    else:
        pulled_in = changed_days(config, books)
        if books.curated and not config.request.only and products_changed(snapshot, books.watermark):
            changed = reader.shop("products", dimensions.PRODUCT_ATTRIBUTES, products)
            pulled_in |= _days_of_moved_products(snapshot, reader, changed)
        plan = plan_days(config, books, pulled_in)
        days = source.count_days(snapshot.connection, config.timezone, plan.days)
    rows = _rows_per_partition(config, reader.spark, days)
    lines = sum(day.lines for day in days)
    small = lines <= config.rows_per_partition and len(customers) == len(products) == 1
    return Survey(
        plan,
        lines,
        rows,
        order_predicates(days, rows, contiguous=plan.full),
        customers,
        products,
        small=small,
        interpreted=small and not plan.full and lines <= MOST_INTERPRETED_LINES,
        few_products=pages(snapshot, "shop.products") <= MOST_BROADCAST_PAGES,
    )


def _days_of_moved_products(snapshot: Snapshot, reader: Reader, products: DataFrame) -> set[date]:
    """Curated days on which a product sold that has another category by now: their sales by category change."""
    known = reader.curated(DIM_PRODUCTS.name, ["product_id", "category"], _pages(snapshot, "curated.dim_products"))
    moved = dimensions.products_of_other_category(products, known)
    sales = reader.curated(
        DAILY_PRODUCT_SALES.name, ["order_date", "product_id"], _pages(snapshot, "curated.daily_product_sales")
    )
    days = sales.join(moved, "product_id", "left_semi").select("order_date").distinct()
    return {row.order_date for row in days.collect()}


def _rows_per_partition(config: BatchConfig, spark: SparkSession, days: list[DayLines]) -> int:
    """Fewer than configured where otherwise cores would be idle, also in the last round of tasks."""
    lines = sum(day.lines for day in days)
    cores = spark.sparkContext.defaultParallelism
    rounds = max(1, ceil(lines / (config.rows_per_partition * cores)))
    return min(config.rows_per_partition, max(ceil(lines / (rounds * cores)), LEAST_ROWS_PER_PARTITION))


def _changed(config: BatchConfig, snapshot: Snapshot, books: Books, table: str) -> list[str]:
    """Predicates for the customers or products whose attributes may have changed since the last run; in full, all."""
    if config.request.full or books.watermark is None:
        return _pages(snapshot, table)
    changed = f"changed_xid >= '{books.watermark}'::xid8"
    if about_changed(snapshot, table, books.watermark) <= MOST_CHANGED_IN_ONE:
        return [changed]
    return [f"{part} and {changed}" for part in _pages(snapshot, table)]


def _pages(snapshot: Snapshot, table: str) -> list[str]:
    """Predicates for the whole of a table."""
    return page_predicates(pages(snapshot, table), PAGES_PER_PARTITION)
