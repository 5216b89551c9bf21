"""A batch run from the lock to the publish: write, audit, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date

from pyspark.sql import SparkSession

from shop_pipe_jobs.batch import dimensions, source
from shop_pipe_jobs.batch.config import BatchConfig
from shop_pipe_jobs.batch.failure import as_job_error, record_failure
from shop_pipe_jobs.batch.guard import Guard, guarded
from shop_pipe_jobs.batch.plan import Plan, check_timezone
from shop_pipe_jobs.batch.publish import Publication, publish
from shop_pipe_jobs.batch.read import ORDER_COLUMNS, Reader
from shop_pipe_jobs.batch.rebuild import Inputs, Rebuild
from shop_pipe_jobs.batch.result import Result
from shop_pipe_jobs.batch.snapshot import Books, exported_snapshot, imported_snapshot, read_books
from shop_pipe_jobs.batch.source import DayTotals
from shop_pipe_jobs.batch.stage import ORPHANS, Staged, Staging, drop_stages, own
from shop_pipe_jobs.batch.survey import Survey, survey
from shop_pipe_jobs.events import Progress

# Spark jobs and queries under way at a time: enough to keep a few cores busy, few enough connections.
THREADS = 4


@dataclass(frozen=True)
class Written:
    """What is staged, and the totals of the source (of days that have lines) to audit it against."""

    plan: Plan
    staged: Mapping[str, Staged]
    totals: Mapping[date, DayTotals]
    # For the next run: customers and products with a lower changed_xid have been read.
    watermark: str


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
                written = _write(config, session, progress, guard, pool)
                with progress.stage("publish", f"auditing and publishing, days: {len(written.plan.days)}"):
                    published = publish(
                        config.target,
                        guard,
                        Publication(
                            written.plan,
                            written.staged,
                            written.totals,
                            config.timezone,
                            # Attributes of products were left to the next run.
                            None if config.request.only else written.watermark,
                            {**progress.seconds, "total": round(time.monotonic() - began, 3)},
                        ),
                        commit or nullcontext(),
                    )
        except BaseException:
            _cancel(session)
            raise
    return Result(
        guard.run_id,
        written.plan.days,
        tuple(day for day in written.plan.days if day not in written.totals),
        {name: stage.rows for name, stage in written.staged.items()},
        published,
        {**progress.seconds, "total": round(time.monotonic() - began, 3)},
    )


def _write(
    config: BatchConfig,
    session: Future[SparkSession],
    progress: Progress,
    guard: Guard,
    pool: ThreadPoolExecutor,
) -> Written:
    """Everything before the publish: only staging tables are written to."""
    with exported_snapshot(config.target) as snapshot:
        full = config.request.full
        counting = " and counting order lines" if full else ""
        with progress.stage("snapshot", f"reading the books{counting}"):
            books = read_books(snapshot)
            check_timezone(config, books)
            # Takes a while, in which Spark starts.
            every_day = source.count_all_days(snapshot.connection, config.timezone) if full else []
        with progress.stage("start", "starting Spark"):
            spark = session.result()
            spark.conf.set("spark.sql.session.timeZone", config.timezone)
        reader = Reader(spark, config.target, snapshot.name)
        with progress.stage("plan", "planning the reads"):
            found = survey(config, snapshot, books, reader, every_day)
            spark.conf.set("spark.sql.shuffle.partitions", str(found.shuffle_partitions))
            # Of one partition there is nothing to adapt.
            spark.conf.set("spark.sql.adaptive.enabled", str(not found.small).lower())
            if found.interpreted:
                spark.conf.set("spark.sql.codegen.wholeStage", "false")
                spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            # What is cached lives for a minute: looking for how to pack it takes longer than writing it.
            spark.conf.set("spark.sql.inMemoryColumnarStorage.compressed", "false")
        totals = pool.submit(_totals, config, snapshot.name, found.plan)
        with progress.stage("read", f"reading {found.lines:,} order lines"):
            rebuild = Rebuild(reader, Staging(guard, config.target), found.plan, _inputs(config, books, reader, found))
            staged = {"fact_orders": rebuild.stage_facts(pool)}
        with progress.stage("write", "computing aggregates and dimensions"):
            staged |= rebuild.stage_rest(pool)
            rebuild.release()
        return Written(found.plan, staged, totals.result(), books.next_watermark)


def _inputs(config: BatchConfig, books: Books, reader: Reader, found: Survey) -> Inputs:
    return Inputs(
        orders=reader.shop("orders", ORDER_COLUMNS, found.orders),
        customers=reader.shop("customers", dimensions.CUSTOMER_ATTRIBUTES, found.customers),
        products=reader.shop("products", dimensions.PRODUCT_ATTRIBUTES, found.products),
        curated=books.curated,
        rows_per_partition=found.rows_per_partition,
        partitions=found.shuffle_partitions,
        small=found.small,
        interpreted=found.interpreted,
        few_products=found.few_products,
        keep_product_attributes=config.request.only,
    )


def _totals(config: BatchConfig, snapshot: str, plan: Plan) -> dict[date, DayTotals]:
    with imported_snapshot(config.target, snapshot) as connection:
        return source.totals(connection, config.timezone, plan.scope)


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
