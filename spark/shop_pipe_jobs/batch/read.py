"""Spark's reads from Postgres: projecting and filtering only, several partitions, one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from shop_pipe_jobs.batch.guard import APPLICATION
from shop_pipe_jobs.postgres import PostgresTarget

# What Postgres makes of a column on its way to Spark: ids as 16 bytes (text has 36), money as a whole number of cents.
# Both are hashed, shuffled and added several times faster; pgcopy takes the bytes back, `Staging.write` the cents.
_FORMS = {
    **dict.fromkeys(("order_id", "product_id", "customer_id"), "uuid_send({})"),
    **dict.fromkeys(("price", "revenue"), "({} * 100)::bigint"),
}

ORDER_COLUMNS = (
    "order_id",
    "product_id",
    "customer_id",
    "quantity",
    "price",
    "order_timestamp",
    "status",
)


@dataclass(frozen=True)
class Reader:
    spark: SparkSession
    target: PostgresTarget
    snapshot: str

    def shop(self, table: str, columns: Sequence[str], predicates: Sequence[str]) -> DataFrame:
        """Rows of schema shop in the run's snapshot, whichever task or attempt reads them."""
        return self._read(
            f"shop.{table}",
            columns,
            predicates,
            sessionInitStatement="set transaction isolation level repeatable read, read only; "
            f"set transaction snapshot '{self.snapshot}'",
        )

    def curated(self, table: str, columns: Sequence[str], predicates: Sequence[str]) -> DataFrame:
        """Rows of schema curated. On no snapshot: the run's own staged keys would be invisible in it, and as long
        as our epoch holds no one else publishes."""
        return self._read(f"curated.{table}", columns, predicates)

    def _read(self, table: str, columns: Sequence[str], predicates: Sequence[str], **options: str) -> DataFrame:
        properties = {
            "user": self.target.user,
            "password": self.target.password,
            "driver": "org.postgresql.Driver",
            "ApplicationName": f"{APPLICATION} read",
            "tcpKeepAlive": "true",
            "connectTimeout": "10",
            # Without it pgjdbc would hold a task's whole result in memory.
            "fetchsize": "10000",
            **options,
        }
        formed = [column for column in columns if column in _FORMS]
        # Predicates speak of ctid and of the columns as they are, so these stay; Postgres sends what is selected below.
        forms = [f"{_FORMS[column].format(column)} as {_formed(column)}" for column in formed]
        query = f"(select {', '.join(['ctid', '*', *forms])} from {table}) as source"
        frame = self.spark.read.jdbc(self.target.jdbc_url, query, predicates=list(predicates), properties=properties)
        frame = frame.select(
            *(F.col(_formed(column)).alias(column) if column in formed else F.col(column) for column in columns)
        )
        # Spark doesn't see by itself that a scan of one partition needs no shuffle before it is grouped or joined.
        return frame.coalesce(1) if len(predicates) == 1 else frame


def _formed(column: str) -> str:
    return f"spark_{column}"
