"""A batch run from the lock to the publish: write, audit, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from math import ceil

from pyspark.sql import DataFrame, SparkSession

from shop_pipe_jobs.batch import dimensions, plan, source
from shop_pipe_jobs.batch.config import BatchConfig
from shop_pipe_jobs.batch.failure import as_job_error, record_failure
from shop_pipe_jobs.batch.guard import Guard, guarded
from shop_pipe_jobs.batch.partitions import order_predicates, page_predicates
from shop_pipe_jobs.batch.publish import Publication, Published, publish
from shop_pipe_jobs.batch.read import ORDER_COLUMNS, Reader
from shop_pipe_jobs.batch.rebuild import Inputs, Rebuild
from shop_pipe_jobs.batch.snapshot import (
    Books,
    Snapshot,
    exported_snapshot,
    imported_snapshot,
    pages,
    products_changed,
    read_books,
)
from shop_pipe_jobs.batch.source import DayLines, DayTotals
from shop_pipe_jobs.batch.stage import ORPHANS, Staged, Staging, drop_stages, own
from shop_pipe_jobs.batch.tables import DAILY_PRODUCT_SALES, DIM_PRODUCTS
from shop_pipe_jobs.events import Progress

# Spark jobs and queries under way at a time: enough to keep a few cores busy, few enough connections.
THREADS = 4
# A partition of fewer lines isn't worth a task and a connection of its own.
LEAST_ROWS_PER_PARTITION = 20_000
# Of a table read by pages; customers and products have some 80 rows to a page.
PAGES_PER_PARTITION = 2_500


@dataclass(frozen=True)
class Result:
    run_id: int
    days: tuple[date, ...]
    # Of `days`, those without a single order line.
    empty_days: tuple[date, ...]
    rows: dict[str, int]
    published: Published
    seconds: dict[str, float]

    def to_event(self) -> dict[str, object]:
        return {
            "event": "result",
            "run_id": self.run_id,
            "days": [str(day) for day in self.days],
            "empty_days": [str(day) for day in self.empty_days],
            "rows": self.rows,
            "changes": {name: change.to_json() for name, change in self.published.changes.items()},
            "seconds": self.seconds,
            "checks": [check.to_json() for check in self.published.checks],
            "pending_days": self.published.pending_days,
        }


@dataclass(frozen=True)
class Reads:
    """What the driver found out on the snapshot: the plan, and which lines there are to read."""

    books: Books
    plan: plan.Plan
    lines: list[DayLines]


def run(
    config: BatchConfig,
    start_spark: Callable[[], SparkSession],
    progress: Progress,
    commit: AbstractContextManager[None] | None = None,
) -> Result:
    """Runs the batch; Spark starts while its turn is waited for. Raises JobError, then nothing was published."""
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="etl") as pool:
        session = pool.submit(start_spark)
        try:
            with guarded(config, progress) as guard, _recorded(config, guard), _stages(guard):
                staged, totals, reads = _write(config, session, progress, guard, pool)
                with progress.stage("publish", f"auditing and publishing {len(reads.plan.days)} days"):
                    published = publish(
                        config.target,
                        guard,
                        Publication(
                            reads.plan,
                            staged,
                            totals,
                            config.timezone,
                            None if config.request.only else reads.books.next_watermark,
                            {**progress.seconds, "total": round(time.monotonic() - began, 3)},
                        ),
                        commit or nullcontext(),
                    )
        except BaseException:
            _cancel(session)
            raise
    return Result(
        guard.run_id,
        reads.plan.days,
        tuple(day for day in reads.plan.days if day not in totals),
        {name: stage.rows for name, stage in staged.items()},
        published,
        {**progress.seconds, "total": round(time.monotonic() - began, 3)},
    )


def _write(
    config: BatchConfig,
    session: Future[SparkSession],
    progress: Progress,
    guard: Guard,
    pool: ThreadPoolExecutor,
) -> tuple[dict[str, Staged], dict[date, DayTotals], Reads]:
    """Everything before the publish: only staging tables are written to."""
    with exported_snapshot(config.target) as snapshot:
        with progress.stage("snapshot", "reading the books"):
            books = read_books(snapshot)
            plan.check_timezone(config, books)
        with progress.stage("start", "starting Spark"):
            spark = session.result()
            spark.conf.set("spark.sql.session.timeZone", config.timezone)
        reader = Reader(spark, config.target, snapshot.name)
        customers, products = (
            _changed(config, snapshot, books, table) for table in ("shop.customers", "shop.products")
        )
        changed_products = reader.shop("products", dimensions.PRODUCT_ATTRIBUTES, products)
        with progress.stage("plan", "counting order lines"):
            reads = _plan(config, snapshot, books, reader, changed_products)
        totals = pool.submit(_totals, config, snapshot.name, reads.plan)
        lines = sum(day.lines for day in reads.lines)
        rows_per_partition = _rows_per_partition(config, spark, lines)
        spark.conf.set("spark.sql.shuffle.partitions", str(max(1, ceil(lines / rows_per_partition))))
        orders = order_predicates(reads.lines, rows_per_partition, contiguous=reads.plan.full)
        rebuild = Rebuild(
            reader,
            Staging(guard, config.target),
            reads.plan,
            Inputs(
                orders=reader.shop("orders", ORDER_COLUMNS, orders),
                customers=reader.shop("customers", dimensions.CUSTOMER_ATTRIBUTES, customers),
                products=changed_products,
                curated=books.curated,
                rows_per_partition=rows_per_partition,
                small=lines <= config.rows_per_partition and len(customers) == len(products) == 1,
                keep_product_attributes=config.request.only,
            ),
        )
        try:
            with progress.stage("read", f"reading {lines:,} order lines"):
                staged = {"fact_orders": rebuild.stage_facts()}
            with progress.stage("write", "computing aggregates and dimensions"):
                staged |= rebuild.stage_rest(pool)
        finally:
            rebuild.release()
        return staged, totals.result(), reads


def _plan(config: BatchConfig, snapshot: Snapshot, books: Books, reader: Reader, products: DataFrame) -> Reads:
    """`products`: those that may have changed."""
    if config.request.full:
        lines = source.count_all_days(snapshot.connection, config.timezone)
        return Reads(books, plan.plan_full(config, books, [day.day for day in lines]), lines)
    pulled_in = plan.changed_days(config, books)
    if books.curated and not config.request.only and products_changed(snapshot, books.watermark):
        pulled_in |= _days_of_moved_products(snapshot, reader, products)
    planned = plan.plan_days(config, books, pulled_in)
    return Reads(books, planned, source.count_days(snapshot.connection, config.timezone, planned.days))


def _days_of_moved_products(snapshot: Snapshot, reader: Reader, products: DataFrame) -> set[date]:
    """Curated days on which a product sold that has another category by now: their sales by category change."""
    known = reader.curated(DIM_PRODUCTS.name, ["product_id", "category"], _pages(snapshot, "curated.dim_products"))
    moved = dimensions.products_of_other_category(products, known)
    sales = reader.curated(
        DAILY_PRODUCT_SALES.name, ["order_date", "product_id"], _pages(snapshot, "curated.daily_product_sales")
    )
    days = sales.join(moved, "product_id", "left_semi").select("order_date").distinct()
    return {row.order_date for row in days.collect()}


def _totals(config: BatchConfig, snapshot: str, planned: plan.Plan) -> dict[date, DayTotals]:
    with imported_snapshot(config.target, snapshot) as connection:
        return source.totals(connection, config.timezone, planned.scope)


def _rows_per_partition(config: BatchConfig, spark: SparkSession, lines: int) -> int:
    """Fewer than configured where otherwise cores would be idle."""
    fair = ceil(lines / spark.sparkContext.defaultParallelism)
    return min(config.rows_per_partition, max(fair, LEAST_ROWS_PER_PARTITION))


def _changed(config: BatchConfig, snapshot: Snapshot, books: Books, table: str) -> list[str]:
    """Predicates for the customers or products whose attributes may have changed since the last run; in full, all."""
    if config.request.full or books.watermark is None:
        return _pages(snapshot, table)
    return [f"changed_xid >= '{books.watermark}'::xid8"]


def _pages(snapshot: Snapshot, table: str) -> list[str]:
    """Predicates for the whole of a table."""
    return page_predicates(pages(snapshot, table), PAGES_PER_PARTITION)


@contextmanager
def _stages(guard: Guard) -> Iterator[None]:
    """Sweeps what dead runs left, and afterwards what this one leaves."""
    drop_stages(guard.connection, ORPHANS)
    try:
        yield
    finally:
        if not guard.connection.broken:
            drop_stages(guard.connection, own(guard.run_id))


@contextmanager
def _recorded(config: BatchConfig, guard: Guard) -> Iterator[None]:
    """Turns what goes wrong into a JobError and writes it into the run's row."""
    try:
        yield
    except BaseException as error:
        failure = as_job_error(error, guard.connection, config.target)
        record_failure(failure, guard, config.target)
        if failure is error or not isinstance(error, Exception):
            raise
        raise failure from error


def _cancel(session: Future[SparkSession]) -> None:
    """So that our threads, which wait for Spark, end."""
    # On the way out of an error, which this one must not replace: Spark may be what is gone.
    with suppress(Exception):
        if session.done():
            session.result().sparkContext.cancelAllJobs()
