"""The statements that make shop.customers and shop.orders what the winners of a batch say, in key order."""

from __future__ import annotations

# Customers of known orders whose rows stay are there already. Of several states of one customer the first to arrive.
CUSTOMERS = """
with unknown as materialized (
  select distinct on (customer_id) customer_id, tid
  from stream_winner
  left join lateral (
    select true as known from shop.customers where customers.customer_id = stream_winner.customer_id limit 1
  ) as found on true
  where fate <> 's' and found.known is null
  order by customer_id, partition, "offset"
)
insert into shop.customers (customer_id, name, email, created_at)
select unknown.customer_id, customer_name, customer_email, customer_created_at
from unknown
join stream_stage.events as stage on stage.ctid = unknown.tid
order by unknown.customer_id
on conflict do nothing
"""

# Rows that are replaced: what they counted as goes.
LINES_BEFORE = """
with gone as (
  delete from shop.orders
  using stream_winner
  where stream_winner.fate = 'm' and orders.order_id = stream_winner.order_id
  returning orders.*
)
insert into stream_line
select -1, order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at
from gone
"""

LINES_AFTER = """
insert into stream_line
select
  1,
  order_id,
  unnest(product_ids) as product_id,
  customer_id,
  unnest(quantities),
  unnest(prices),
  order_timestamp,
  status,
  version,
  event_time
from stream_winner
where fate <> 's'
"""

INSERT = """
insert into shop.orders (
  order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at
)
select order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at
from stream_line
where sign = 1
order by order_id, product_id
"""

UPDATE = """
update shop.orders
set version = stream_winner.version, status = stream_winner.status, status_at = stream_winner.event_time
from stream_winner
where stream_winner.fate = 's' and orders.order_id = stream_winner.order_id
"""
