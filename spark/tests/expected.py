"""What the curated tables must hold, in plain SQL over shop and the curated days."""

from __future__ import annotations

from conftest import Database

_LINES = """
  with lines as (
    select
      o.*,
      ops.business_day(order_timestamp, %(zone)s) as order_date,
      quantity * price as revenue,
      status not in ('canceled', 'unavailable') as is_sale
    from shop.orders as o
    where ops.business_day(order_timestamp, %(zone)s) in (select order_date from ops.curated_days)
  ),
  sums as (
    select *, case when is_sale then quantity else 0 end as sold, case when is_sale then revenue else 0 end as earned
    from lines
  )
"""

EXPECTED = {
    "fact_orders": """
      select order_id, product_id, customer_id, order_date, order_timestamp, quantity, price, revenue, status, is_sale
      from lines
    """,
    "dim_customers": """
      select
        c.customer_id, c.name, c.email, c.created_at, min(order_timestamp), max(order_timestamp),
        count(distinct order_id), coalesce(sum(sold), 0), coalesce(sum(earned), 0)
      from shop.customers as c left join sums using (customer_id)
      group by 1, 2, 3, 4
    """,
    "dim_products": """
      select
        p.product_id, p.name, p.category, p.price,
        coalesce(sum(sold), 0), count(distinct order_id), coalesce(sum(earned), 0)
      from shop.products as p left join sums using (product_id)
      group by 1, 2, 3, 4
    """,
    "daily_sales": """
      select
        order_date, count(distinct order_id),
        count(distinct order_id) filter (where status = 'canceled'),
        count(distinct order_id) filter (where status = 'unavailable'),
        sum(sold), sum(earned)
      from sums
      group by 1
    """,
    "daily_product_sales": """
      select order_date, product_id, count(distinct order_id), sum(sold), sum(earned) from sums group by 1, 2
    """,
    "daily_category_sales": """
      select order_date, category, count(distinct order_id), sum(sold), sum(earned)
      from sums join shop.products using (product_id)
      group by 1, 2
    """,
    "hourly_sales": """
      select
        ops.business_hour(order_timestamp, %(zone)s), order_date, count(distinct order_id), sum(sold), sum(earned)
      from sums
      group by 1, 2
    """,
}


def differences(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Per table the rows that one side has and the other hasn't; empty when all is right."""
    found = {}
    for table, query in EXPECTED.items():
        columns = ", ".join(
            name
            for (name,) in database.rows(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum",
                (f"curated.{table}",),
            )
        )
        rows = database.rows(
            f"""
            {_LINES},
            expected ({columns}) as ({query})
            (select 'missing', * from (select * from expected except all select * from curated.{table}) as missing)
            union all
            (select 'surplus', * from (select * from curated.{table} except all select * from expected) as surplus)
            """,
            {"zone": database.timezone},
        )
        if rows:
            found[table] = rows
    return found


def physical(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Where each curated row lies and which transactions wrote or locked it."""
    return {
        table: database.rows(f"select tableoid, ctid, xmin, xmax from curated.{table} order by 1, 2")
        for table in EXPECTED
    } | {"curated_days": database.rows("select tableoid, ctid, xmin, xmax from ops.curated_days order by 2")}
