"""Spark's reads from Postgres: projecting and filtering only, several partitions, one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from shop_pipe_jobs.batch.guard import APPLICATION
from shop_pipe_jobs.postgres import PostgresTarget

# What Postgres makes of a column on its way to Spark: ids as 16 bytes (text has 36), money as a whole number of cents.
# Both are hashed, shuffled and added several times faster; pgcopy takes the bytes back, `Staging.write` the cents.
_FORMS = {
    **dict.fromkeys(("order_id", "product_id", "customer_id"), "uuid_send({})"),
    **dict.fromkeys(("price", "revenue"), "({} * 100)::bigint"),
}

# Columns by the type that they have in Spark; all others are whole numbers that may be large.
_TYPES = {
    **dict.fromkeys(("order_id", "product_id", "customer_id"), "binary"),
    **dict.fromkeys(("name", "email", "category", "status"), "string"),
    **dict.fromkeys(("order_timestamp", "created_at", "first_order_at", "last_order_at"), "timestamp"),
    "order_date": "date",
    "is_sale": "boolean",
    "quantity": "int",
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
        return self._read(f"shop.{table}", columns, predicates, snapshot=self.snapshot)

    def curated(self, table: str, columns: Sequence[str], predicates: Sequence[str]) -> DataFrame:
        """Rows of schema curated. On no snapshot: the run's own staged keys would be invisible in it, and as long
        as our epoch holds no one else publishes."""
        return self._read(f"curated.{table}", columns, predicates)

    def _read(self, table: str, columns: Sequence[str], predicates: Sequence[str], **options: str) -> DataFrame:
        selected = ", ".join(f"{_FORMS.get(column, '{}').format(column)} as {column}" for column in columns)
        queries = {
            f"query.{n}": f"select {selected} from {table} where {predicate}" for n, predicate in enumerate(predicates)
        }
        frame = (
            self.spark.read.format("pgcopy")
            .schema(", ".join(f"{column} {_TYPES.get(column, 'bigint')}" for column in columns))
            .options(**self.target.pgcopy_options(f"{APPLICATION} read"), **options, **queries)
            .load()
        )
        # Spark doesn't see by itself that a scan of one partition needs no shuffle before it is grouped or joined.
        return frame.coalesce(1) if len(predicates) == 1 else frame
