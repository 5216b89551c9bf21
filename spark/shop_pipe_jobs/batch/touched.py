"""The customers and products that a run of some days touches, and what else is curated of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from shop_pipe_jobs.batch.partitions import day_predicates, uuid_predicates
from shop_pipe_jobs.batch.plan import Plan
from shop_pipe_jobs.batch.read import Reader
from shop_pipe_jobs.batch.stage import SCHEMA, Staging
from shop_pipe_jobs.batch.tables import DAILY_PRODUCT_SALES, DIM_CUSTOMERS, DIM_PRODUCTS, FACT_ORDERS

KEYS = "touched"


@dataclass(frozen=True)
class DaysBefore:
    """What is curated of the run's days up to now."""

    customers: DataFrame
    product_sales: DataFrame


def days_before(reader: Reader, plan: Plan, curated: Mapping[date, int], rows_per_partition: int) -> DaysBefore:
    """`curated`: lines per curated day."""
    predicates = day_predicates({day: curated[day] for day in plan.days if day in curated}, rows_per_partition)
    return DaysBefore(
        reader.curated(FACT_ORDERS.name, ["customer_id"], predicates),
        reader.curated(DAILY_PRODUCT_SALES.name, DAILY_PRODUCT_SALES.columns, predicates),
    )


def ids_of(ids: Mapping[str, Sequence[DataFrame]]) -> DataFrame:
    """Frames with a column of that name each -> `kind`, the column's name, and `id`."""
    frames = [
        frame.select(F.lit(column).alias("kind"), F.col(column).alias("id"))
        for column, all_frames in ids.items()
        for frame in all_frames
    ]
    return reduce(DataFrame.unionByName, frames)


class Touched:
    """Ids, in Spark and as a staged table: so Postgres can look the rest up by index, and Spark reads no more.

    Frames that are read by them may be made before the ids are staged, but then each is of one partition.
    """

    def __init__(self, reader: Reader, staging: Staging, keys: DataFrame, rows_per_partition: int) -> None:
        """`keys`: distinct rows of `ids_of`, kept."""
        self._reader = reader
        self._staging = staging
        self._rows_per_partition = rows_per_partition
        self._keys = keys
        self._table = f"{SCHEMA}.{staging.name(KEYS)}"
        self._parts = 1

    def stage(self) -> None:
        self._staging.create_keys(KEYS)
        staged = self._staging.write(self._keys, KEYS)
        self._staging.analyze(staged)
        self._parts = 1 + staged.rows // self._rows_per_partition

    def ids(self, column: str) -> DataFrame:
        return self._keys.where(F.col("kind") == column).select(F.col("id").alias(column))

    def customers(self, columns: Sequence[str]) -> DataFrame:
        """Their rows in the dimension as it is."""
        return self._reader.curated(DIM_CUSTOMERS.name, columns, self._predicates("customer_id"))

    def products(self) -> DataFrame:
        return self._reader.curated(DIM_PRODUCTS.name, DIM_PRODUCTS.columns, self._predicates("product_id"))

    def lines_elsewhere(self, days: Sequence[date], columns: Sequence[str]) -> DataFrame:
        """Facts of the customers on other days than `days`."""
        elsewhere = f"order_date <> all('{{{','.join(map(str, days))}}}')"
        predicates = [f"{elsewhere} and {part}" for part in self._predicates("customer_id")]
        return self._reader.curated(FACT_ORDERS.name, columns, predicates)

    def _predicates(self, column: str) -> list[str]:
        among = f"{column} in (select id from {self._table} where kind = '{column}')"
        return [f"{among} and {part}" for part in uuid_predicates(column, self._parts)]
