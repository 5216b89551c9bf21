"""live.*: what they have to be once the lines of a batch have come and gone. Of the same form as live.*_of_orders."""

from __future__ import annotations

# Parameter of each: zone. Sorted, so that rows are locked in one order.
HOURLY = """
with
-- Orders that go: their lines tell them apart as live.hourly_sales_of_orders does. Those that come are the winners.
gone as (
  select distinct order_id, order_timestamp, status, status_at
  from stream_line
  where sign = -1
),
parts as (
  select order_timestamp as instant, 1 as orders, 0 as units, 0 as revenue, 0 as cancellations, 0 as canceled_revenue
  from stream_winner
  where fate <> 's'
  union all
  select event_time, 0, 0, 0, 1, 0
  from stream_winner
  where status = 'canceled'
  union all
  select order_timestamp, 0, sign * quantity, sign * quantity * price, 0, 0
  from stream_line
  where status not in ('canceled', 'unavailable')
  union all
  select coalesce(status_at, order_timestamp), 0, 0, 0, 0, sign * quantity * price
  from stream_line
  where status = 'canceled'
  union all
  select order_timestamp, -1, 0, 0, 0, 0
  from gone
  union all
  select coalesce(status_at, order_timestamp), 0, 0, 0, -1, 0
  from gone
  where status = 'canceled'
),
change as (
  select
    ops.business_hour(instant, %(zone)s) as order_hour,
    sum(orders) as orders,
    sum(units) as units,
    sum(revenue) as revenue,
    sum(cancellations) as cancellations,
    sum(canceled_revenue) as canceled_revenue
  from parts
  group by order_hour
  having (sum(orders), sum(units), sum(revenue), sum(cancellations), sum(canceled_revenue)) <> (0, 0, 0, 0, 0)
)
insert into live.hourly_sales as held (order_hour, orders, units, revenue, cancellations, canceled_revenue)
select order_hour, orders, units, revenue, cancellations, canceled_revenue
from change
order by order_hour
on conflict (order_hour) do update set
  orders = held.orders + excluded.orders,
  units = held.units + excluded.units,
  revenue = held.revenue + excluded.revenue,
  cancellations = held.cancellations + excluded.cancellations,
  canceled_revenue = held.canceled_revenue + excluded.canceled_revenue
"""

DAILY_PRODUCT = """
with
parts as (
  select
    ops.business_day(order_timestamp, %(zone)s) as order_date,
    product_id,
    sign as orders,
    case when status not in ('canceled', 'unavailable') then sign * quantity else 0 end as units,
    case when status not in ('canceled', 'unavailable') then sign * quantity * price else 0 end as revenue,
    0 as cancellations
  from stream_line
  union all
  select ops.business_day(coalesce(status_at, order_timestamp), %(zone)s), product_id, 0, 0, 0, sign
  from stream_line
  where status = 'canceled'
),
change as (
  select
    order_date,
    product_id,
    sum(orders) as orders,
    sum(units) as units,
    sum(revenue) as revenue,
    sum(cancellations) as cancellations
  from parts
  group by order_date, product_id
  having (sum(orders), sum(units), sum(revenue), sum(cancellations)) <> (0, 0, 0, 0)
)
insert into live.daily_product_sales as held (order_date, product_id, orders, units, revenue, cancellations)
select order_date, product_id, orders, units, revenue, cancellations
from change
order by order_date, product_id
on conflict (order_date, product_id) do update set
  orders = held.orders + excluded.orders,
  units = held.units + excluded.units,
  revenue = held.revenue + excluded.revenue,
  cancellations = held.cancellations + excluded.cancellations
"""
