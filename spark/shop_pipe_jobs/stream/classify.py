"""Reads a batch's staged rows once: counts them, and finds for each its verdict, as OrderFold.applyBatch does.

Verdicts, an event's place being (partition, offset): one that is no event, or has a product that the shop does not
have, is rejected; one at the version of the order in the tables, or the same as one before it in the batch, is a
duplicate; an older one than in the tables is stale; of the rest the highest version of an order is applied, the others
are superseded.
"""

from __future__ import annotations

# What becomes of an order that moves on: `n` it is new; `m` its lines or what it counts as change, so that its rows are
# replaced; `s` only the state does, which no rollup counts, so that its rows are updated where they are.
FATES = ("n", "m", "s")

# Parameters: write_id, tasks; first, start, next: by partition (from 0; -1 where none is planned) the planned range and
# where it begins once trimmed.
#
# Each lookup in a table of the shop is a lateral subquery that the planner can't turn into a join: it knows nothing of
# a batch, and would read the whole table.
CLASSIFY = """
with
staged as materialized (
  select
    ctid as tid,
    partition,
    "offset",
    produced_at,
    reason,
    order_id,
    version,
    product_ids,
    "offset" < (%(start)s::bigint[])[partition + 1] as trimmed,
    coalesce(
      "offset" < (%(first)s::bigint[])[partition + 1] or "offset" >= (%(next)s::bigint[])[partition + 1],
      true
    ) as outside
  from stream_stage.events
  where pgcopy_write = %(write_id)s and pgcopy_task = any(%(tasks)s::bigint[])
),
per_partition as (
  select
    partition,
    count(*) as staged,
    count(*) filter (where outside) as outside,
    count(*) filter (where not trimmed) as read,
    count(*) filter (where not trimmed and reason is not null) as malformed
  from staged
  group by partition
),
arrival as (
  insert into stream_arrival
  select produced_at, count(*)
  from staged
  where not trimmed
  group by produced_at
),
unknown_product as materialized (
  select named.product_id
  from (
    select distinct unnest(product_ids) as product_id
    from staged
    where reason is null and not trimmed
  ) as named
  left join lateral (
    select true as known from shop.products where products.product_id = named.product_id limit 1
  ) as found on true
  where found.known is null
),
-- Reads nothing where there is no such product.
unknown_order as materialized (
  select distinct tid
  from (
    select tid, unnest(product_ids) as product_id
    from staged
    where exists (select from unknown_product) and reason is null and not trimmed
  ) as line
  where (product_id in (select product_id from unknown_product)) is true
),
refused as (
  insert into stream_refused
  select tid, reason
  from staged
  where reason is not null and not trimmed
  union all
  select tid, 'unknown_product'
  from unknown_order
),
ranked as (
  select
    tid,
    partition,
    "offset",
    order_id,
    version,
    lag(version) over (partition by order_id order by version desc, partition, "offset") as version_above
  from staged
  where reason is null and not trimmed and (tid in (select tid from unknown_order)) is not true
),
-- Of each order the highest version is compared with the order's rows.
judged as materialized (
  select
    ranked.*,
    event.status,
    event.event_time,
    event.order_timestamp,
    event.customer_id,
    event.product_ids,
    event.quantities,
    event.prices,
    held.alike,
    max(held.version) over (partition by ranked.order_id) as version_held
  from ranked
  left join lateral (
    select * from stream_stage.events as stage where ranked.version_above is null and stage.ctid = ranked.tid offset 0
  ) as event on true
  left join lateral (
    select
      max(orders.version) as version,
      count(*) = cardinality(event.product_ids)
        and bool_and(
          orders.order_timestamp = event.order_timestamp
          and orders.customer_id = event.customer_id
          and orders.status not in ('canceled', 'unavailable')
          and (orders.quantity = event.quantities[array_position(event.product_ids, orders.product_id)]) is true
          and (orders.price = event.prices[array_position(event.product_ids, orders.product_id)]) is true
        )
        -- Rows with states of their own, which only another writer can have made, count as several orders.
        and min(orders.status) = max(orders.status)
        and min(orders.status_at) is not distinct from max(orders.status_at)
        and count(orders.status_at) in (0, count(*)) as alike
    from shop.orders
    where ranked.version_above is null and orders.order_id = ranked.order_id
  ) as held on true
),
winner as (
  insert into stream_winner
  select
    tid,
    partition,
    "offset",
    order_id,
    version,
    status,
    event_time,
    order_timestamp,
    customer_id,
    product_ids,
    quantities,
    prices,
    case
      when version_held is null then 'n'
      when alike and status not in ('canceled', 'unavailable') then 's'
      else 'm'
    end
  from judged
  where version_above is null and version > coalesce(version_held, 0)
  returning fate
),
verdicts as (
  select
    count(*) filter (where moves and version_above > version) as superseded,
    count(*) filter (where version < version_held) as stale,
    count(*) filter (where version = version_held or moves and version_above = version) as duplicate
  from (select version, version_above, version_held, version > coalesce(version_held, 0) as moves from judged) as judged
),
fates as (
  select
    count(*) filter (where fate = 'n') as new,
    count(*) filter (where fate = 's') as same,
    count(*) filter (where fate = 'm') as moved
  from winner
)
select
  (
    select coalesce(jsonb_object_agg(partition, jsonb_build_array(staged, outside, read, malformed)), '{}')
    from per_partition
  ),
  (select count(*) from unknown_order),
  verdicts.*,
  fates.*
from verdicts
cross join fates
"""
