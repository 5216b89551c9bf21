"""Spark's half of a run: reads the days and what hangs on them, computes the curated rows, stages them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from shop_pipe_jobs.batch import dimensions, transform
from shop_pipe_jobs.batch.plan import Plan
from shop_pipe_jobs.batch.read import Reader
from shop_pipe_jobs.batch.stage import Staged, Staging
from shop_pipe_jobs.batch.tables import (
    DAILY_CATEGORY_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES,
    DIM_CUSTOMERS,
    DIM_PRODUCTS,
    FACT_ORDERS,
    HOURLY_SALES,
    CuratedTable,
)
from shop_pipe_jobs.batch.touched import DaysBefore, Touched, days_before, ids_of

Frames = dict[CuratedTable, DataFrame]


@dataclass(frozen=True)
class Inputs:
    """What a rebuild works on, beside the plan. All frames are lazy.

    `orders`: lines of the plan's days; `customers` and `products`: attributes of all (full) or of those that changed
    since the last run; `curated`: lines per curated day.
    """

    orders: DataFrame
    customers: DataFrame
    products: DataFrame
    curated: Mapping[date, int]
    rows_per_partition: int
    # Of what is shuffled.
    partitions: int
    # All that is read fits into one partition: grouping and joining there saves every shuffle. The jobs of the
    # several tables run beside one another, so that the cores are busy all the same.
    small: bool
    # No code is compiled for expressions.
    interpreted: bool
    # So few that every task may hold their categories.
    few_products: bool
    # A product keeps the attributes that the dimension has: the days of a changed category aren't rebuilt.
    keep_product_attributes: bool


@dataclass(frozen=True)
class _Touching:
    touched: Touched
    before: DaysBefore
    # Attributes in the shop that changed since the last run.
    customers: DataFrame
    products: DataFrame


class Rebuild:
    def __init__(self, reader: Reader, staging: Staging, plan: Plan, inputs: Inputs) -> None:
        self._reader = reader
        self._staging = staging
        self._plan = plan
        self._inputs = inputs
        # Elsewhere an executor may be lost, and with it what it has kept.
        self._sole_machine = (inputs.orders.sparkSession.sparkContext.master or "").startswith("local")
        self._read_facts = self._kept(transform.fact_orders(inputs.orders))
        self._facts = self._by_order(self._read_facts)

    def stage_facts(self, pool: Executor) -> Staged:
        """Reads the order lines, once: the facts stay cached for everything after, which Spark analyses meanwhile."""
        facts = pool.submit(self._stage, FACT_ORDERS, self._read_facts)
        self._product_sales = self._kept(transform.daily_product_sales(self._facts))
        self._aggregates = {
            DAILY_PRODUCT_SALES: self._product_sales,
            HOURLY_SALES: transform.hourly_sales(self._facts),
            DAILY_SALES: transform.daily_sales(self._facts),
        }
        self._rest = self._of_everything(pool) if self._plan.full else self._of_touched(pool)
        return facts.result()

    def stage_rest(self, pool: Executor) -> dict[str, Staged]:
        """Aggregates and dimensions; the small jobs run beside one another, as each leaves cores idle."""
        futures = self._submit(pool, self._aggregates)
        futures |= self._submit(pool, self._rest())
        return {name: future.result() for name, future in futures.items()}

    def release(self) -> None:
        """Gives the cached frames' memory back."""
        self._facts.sparkSession.catalog.clearCache()

    def _by_order(self, facts: DataFrame) -> DataFrame:
        """Lines of an order in one partition, once for all: what is counted per order needs no shuffle of its own."""
        if self._inputs.small:
            return self._together(facts)
        # Aggregates need all of a fact but its price.
        return facts.drop("price").repartition(self._inputs.partitions, "order_id").persist()

    def _together(self, frame: DataFrame) -> DataFrame:
        return frame.coalesce(1) if self._inputs.small else frame

    def _kept(self, frame: DataFrame) -> DataFrame:
        """`frame`, computed once for all that is made of it."""
        if self._inputs.interpreted and self._sole_machine:
            # As rows, and without its plan: nothing of it has to be compiled, and what is made of it is planned sooner.
            return frame.localCheckpoint(eager=False)
        return frame.persist()

    def _submit(self, pool: Executor, frames: Mapping[CuratedTable, DataFrame]) -> dict[str, Future[Staged]]:
        return {table.name: pool.submit(self._stage, table, frame) for table, frame in frames.items()}

    def _stage(self, table: CuratedTable, frame: DataFrame) -> Staged:
        self._staging.create(table)
        staged = self._staging.write(frame, table.name)
        # Where nothing is curated, a stage is only copied.
        if self._inputs.curated:
            self._staging.analyze(staged)
        return staged

    def _of_everything(self, pool: Executor) -> Callable[[], Frames]:
        return pool.submit(self._frames_of_everything).result

    def _frames_of_everything(self) -> Frames:
        products = self._kept(self._inputs.products)
        lines = self._facts.select(*dimensions.CUSTOMER_LINES)
        return {
            DIM_CUSTOMERS: dimensions.dim_customers(self._inputs.customers, lines),
            DAILY_CATEGORY_SALES: self._category_sales(products),
            DIM_PRODUCTS: dimensions.dim_products(products, self._product_sales),
        }

    def _of_touched(self, pool: Executor) -> Callable[[], Frames]:
        """Of the customers and products of the days as they are and as they were, and of changed ones."""
        touching = pool.submit(self._touching)
        # Of one partition they need not wait for how many are touched.
        early = pool.submit(lambda: self._frames_of_touched(touching.result())) if self._inputs.small else None

        def staged() -> Frames:
            touching.result().touched.stage()
            return early.result() if early else self._frames_of_touched(touching.result())

        return staged

    def _touching(self) -> _Touching:
        inputs = self._inputs
        before = days_before(self._reader, self._plan, inputs.curated, inputs.rows_per_partition)
        customers, products = self._kept(inputs.customers), self._kept(inputs.products)
        ids = ids_of(
            {
                "customer_id": (self._facts, before.customers, customers),
                "product_id": (self._product_sales, before.product_sales, products),
            }
        )
        keys = self._kept(self._together(ids).distinct())
        touched = Touched(self._reader, self._staging, keys, inputs.rows_per_partition)
        return _Touching(touched, before, customers, products)

    def _frames_of_touched(self, touching: _Touching) -> Frames:
        touched, products = touching.touched, touching.products
        lines = self._facts.select(*dimensions.CUSTOMER_LINES)
        if self._plan.others_curated:
            elsewhere = touched.lines_elsewhere(self._plan.days, dimensions.CUSTOMER_LINES)
            lines = self._together(lines.unionByName(elsewhere))
        current = self._kept(touched.products())
        frames = (products, current.select(*dimensions.PRODUCT_ATTRIBUTES))
        first, second = reversed(frames) if self._inputs.keep_product_attributes else frames
        attributes = dimensions.attributes_of(touched.ids("product_id"), first, second)
        return {
            DIM_CUSTOMERS: dimensions.dim_customers(
                dimensions.attributes_of(
                    touched.ids("customer_id"),
                    touching.customers,
                    touched.customers(dimensions.CUSTOMER_ATTRIBUTES),
                ),
                lines,
            ),
            DIM_PRODUCTS: dimensions.dim_products_changed(
                attributes, current, self._product_sales, touching.before.product_sales
            ),
            DAILY_CATEGORY_SALES: self._category_sales(attributes),
        }

    def _category_sales(self, products: DataFrame) -> DataFrame:
        categories = products.select("product_id", "category")
        # Spark can't know the size of what it reads by JDBC and would sort both sides.
        return transform.daily_category_sales(
            self._facts, F.broadcast(categories) if self._inputs.few_products else categories
        )
