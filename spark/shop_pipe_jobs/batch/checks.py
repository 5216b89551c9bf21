"""The audit, inside the publishing transaction: what the tables would hold against what the snapshot's source held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql

from shop_pipe_jobs.batch.plan import Plan
from shop_pipe_jobs.batch.source import DayTotals
from shop_pipe_jobs.batch.stage import Staged
from shop_pipe_jobs.batch.tables import (
    DAILY_CATEGORY_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES,
    DIM_CUSTOMERS,
    DIM_PRODUCTS,
    FACT_ORDERS,
    HOURLY_SALES,
)
from shop_pipe_jobs.postgres import Connection

AGGREGATES = (DAILY_SALES, DAILY_PRODUCT_SALES, DAILY_CATEGORY_SALES, HOURLY_SALES)


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    expected: str
    actual: str

    def to_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Sold:
    """Of sales, that is without canceled and unavailable lines."""

    units: int = 0
    revenue: Decimal = Decimal("0.00")

    def __str__(self) -> str:
        return f"{self.units} units, {self.revenue} revenue"


@dataclass(frozen=True)
class _Facts:
    totals: dict[date, DayTotals]
    sold: dict[date, Sold]
    nulls: int


def audit(
    connection: Connection, plan: Plan, source: Mapping[date, DayTotals], staged: Mapping[str, Staged]
) -> list[Check]:
    """All checks of the days in `plan`, failed or not. `source`: totals of the days that have order lines."""
    facts = _facts(connection, plan)
    return [
        *(_equal_per_day(f"fact_orders_{field.name}", field.name, source, facts.totals) for field in fields(DayTotals)),
        _equal("fact_orders_nulls", 0, facts.nulls),
        _equal("orphan_customers", 0, _orphans(connection, plan, DIM_CUSTOMERS.name, "customer_id")),
        _equal("orphan_products", 0, _orphans(connection, plan, DIM_PRODUCTS.name, "product_id")),
        *(_per_day(name.name, facts.sold, _sold(connection, plan, name.name)) for name in AGGREGATES),
        *_dimensions(connection, plan, facts, staged),
    ]


def audit_stages(connection: Connection, staged: Mapping[str, Staged]) -> list[Check]:
    """The rows that the executors reported are there: an unlogged table is empty after a crash of Postgres."""
    return [_equal(f"staged_{table}", stage.rows, _count(connection, stage)) for table, stage in staged.items()]


def _count(connection: Connection, stage: Staged) -> object:
    query = sql.SQL("select count(*) from {} where pgcopy_task = any(%s)").format(stage.table)
    return _row(connection, query, [list(stage.tasks)])[0]


def _scope(plan: Plan) -> tuple[sql.Composable, dict[str, Any]]:
    if plan.scope is None:
        return sql.SQL("true"), {}
    return sql.SQL("order_date = any(%(days)s::date[])"), {"days": plan.scope}


def _facts(connection: Connection, plan: Plan) -> _Facts:
    scope, parameters = _scope(plan)
    rows = connection.execute(
        sql.SQL(
            """
            select
              order_date,
              count(*), count(distinct order_id), sum(quantity)::bigint, sum(revenue),
              coalesce(sum(quantity) filter (where is_sale), 0)::bigint,
              coalesce(sum(revenue) filter (where is_sale), 0.00),
              count(*) filter (where num_nulls({columns}) > 0)
            from curated.fact_orders
            where {scope}
            group by order_date
            """
        ).format(columns=sql.SQL(", ").join(map(sql.Identifier, FACT_ORDERS.columns)), scope=scope),
        parameters,
    ).fetchall()
    return _Facts(
        totals={row[0]: DayTotals(*row[1:5]) for row in rows},
        sold={row[0]: Sold(*row[5:7]) for row in rows},
        nulls=sum(row[7] for row in rows),
    )


def _sold(connection: Connection, plan: Plan, table: str) -> dict[date, Sold]:
    scope, parameters = _scope(plan)
    query = "select order_date, sum(units)::bigint, sum(revenue) from curated.{} where {} group by order_date"
    rows = connection.execute(sql.SQL(query).format(sql.Identifier(table), scope), parameters)
    return {row[0]: Sold(*row[1:]) for row in rows}


def _orphans(connection: Connection, plan: Plan, dimension: str, key: str) -> object:
    scope, parameters = _scope(plan)
    query = sql.SQL(
        """
        select count(*)
        from curated.fact_orders as fact
        where {scope} and not exists (select from curated.{dimension} as dim where dim.{key} = fact.{key})
        """
    ).format(scope=scope, dimension=sql.Identifier(dimension), key=sql.Identifier(key))
    return _row(connection, query, parameters)[0]


def _dimensions(connection: Connection, plan: Plan, facts: _Facts, staged: Mapping[str, Staged]) -> list[Check]:
    """Of the customers and products that the run recomputed: what they bought or sold on all curated days."""
    customers = _dimension(connection, plan, staged[DIM_CUSTOMERS.name], "customer_id", "lifetime_value")
    products = _dimension(connection, plan, staged[DIM_PRODUCTS.name], "product_id", "revenue")
    if plan.full:
        everything = Sold(
            sum(day.units for day in facts.sold.values()),
            sum((day.revenue for day in facts.sold.values()), Decimal("0.00")),
        )
        return [_equal("dim_customers", everything, customers), _equal("dim_products", everything, products)]
    bought = """
      select coalesce(sum(quantity), 0)::bigint, coalesce(sum(revenue), 0.00)
      from curated.fact_orders
      where is_sale and customer_id in (select customer_id from {} where pgcopy_task = any(%s))
    """
    sold = """
      select coalesce(sum(units), 0)::bigint, coalesce(sum(revenue), 0.00)
      from curated.daily_product_sales
      where product_id in (select product_id from {} where pgcopy_task = any(%s))
    """
    return [
        _equal("dim_customers", _of_keys(connection, bought, staged[DIM_CUSTOMERS.name]), customers),
        _equal("dim_products", _of_keys(connection, sold, staged[DIM_PRODUCTS.name]), products),
    ]


def _dimension(connection: Connection, plan: Plan, stage: Staged, key: str, revenue: str) -> Sold:
    table = sql.Identifier("curated", DIM_CUSTOMERS.name if key == "customer_id" else DIM_PRODUCTS.name)
    query = sql.SQL("select coalesce(sum(units), 0)::bigint, coalesce(sum({revenue}), 0.00) from {table}").format(
        revenue=sql.Identifier(revenue), table=table
    )
    if plan.full:
        return Sold(*_row(connection, query, []))
    keys = sql.SQL(" where {key} in (select {key} from {stage} where pgcopy_task = any(%s))").format(
        key=sql.Identifier(key), stage=stage.table
    )
    return Sold(*_row(connection, query + keys, [list(stage.tasks)]))


def _of_keys(connection: Connection, query: str, stage: Staged) -> Sold:
    return Sold(*_row(connection, sql.SQL(query).format(stage.table), [list(stage.tasks)]))


def _row(connection: Connection, query: sql.Composed, parameters: Sequence[Any] | Mapping[str, Any]) -> Any:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row


def _equal(name: str, expected: object, actual: object) -> Check:
    return Check(name, expected == actual, str(expected), str(actual))


def _equal_per_day(
    name: str, measure: str, expected: Mapping[date, DayTotals], actual: Mapping[date, DayTotals]
) -> Check:
    return _per_day(
        name,
        {day: getattr(totals, measure) for day, totals in expected.items()},
        {day: getattr(totals, measure) for day, totals in actual.items()},
    )


def _per_day(name: str, expected: Mapping[date, Any], actual: Mapping[date, Any]) -> Check:
    """Holds for every day; says the sum where it does, else the first day where it doesn't."""
    for day in sorted({*expected, *actual}):
        if expected.get(day) != actual.get(day):
            return Check(name, False, f"{day}: {expected.get(day, 'none')}", f"{day}: {actual.get(day, 'none')}")
    return Check(name, True, _sum(expected.values()), _sum(actual.values()))


def _sum(values: Any) -> str:
    values = list(values)
    if values and isinstance(values[0], Sold):
        return str(Sold(sum(v.units for v in values), sum((v.revenue for v in values), Decimal("0.00"))))
    return str(sum(values))
