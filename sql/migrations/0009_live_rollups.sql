-- Real-time rollups: each a function of the orders as they are now, kept by the stream in the transaction of its merge.

-- migrate:up
-- Sums are numeric without a limit: whatever lines the events have, no sum of them stops the stream.
create table live.hourly_sales (
  order_hour timestamptz primary key,
  orders bigint not null default 0,
  units bigint not null default 0,
  revenue numeric not null default 0,
  cancellations bigint not null default 0,
  canceled_revenue numeric not null default 0
) with (fillfactor = 50);
comment on table live.hourly_sales is 'per local hour; a row of zeros is the same as none';
comment on column live.hourly_sales.orders is 'distinct orders of every status that were placed in the hour; units and revenue are those of sales among them';
comment on column live.hourly_sales.cancellations is
  'orders that are canceled, in the hour of the event that canceled them; of an order without such an event, in the hour it was placed';
comment on column live.hourly_sales.canceled_revenue is 'quantity × price of those in R$';

create table live.daily_product_sales (
  order_date date not null,
  product_id uuid not null,
  orders bigint not null default 0,
  units bigint not null default 0,
  revenue numeric not null default 0,
  cancellations bigint not null default 0,
  primary key (order_date, product_id)
) with (fillfactor = 80);
comment on table live.daily_product_sales is 'per business day and product; columns as in live.hourly_sales';

-- What the rollups have to be. A canceled order counts where it was placed as well, but for units and revenue.
create function live.hourly_sales_of_orders(zone text)
returns table (
  order_hour timestamptz, orders bigint, units bigint, revenue numeric, cancellations bigint, canceled_revenue numeric
)
language sql stable parallel safe
begin atomic
  with by_order as (
    select
      order_timestamp,
      status,
      status_at,
      sum(quantity) as units,
      sum(quantity * price) as revenue
    from shop.orders
    group by order_id, order_timestamp, status, status_at
  ),
  parts as (
    select
      ops.business_hour(order_timestamp, zone) as order_hour,
      1 as orders,
      case when status not in ('canceled', 'unavailable') then units else 0 end as units,
      case when status not in ('canceled', 'unavailable') then revenue else 0 end as revenue,
      0 as cancellations,
      0 as canceled_revenue
    from by_order
    union all
    select ops.business_hour(coalesce(status_at, order_timestamp), zone), 0, 0, 0, 1, revenue
    from by_order
    where status = 'canceled'
  )
  select
    order_hour,
    sum(orders)::bigint,
    sum(units)::bigint,
    sum(revenue),
    sum(cancellations)::bigint,
    sum(canceled_revenue)
  from parts
  group by order_hour;
end;

create function live.daily_product_sales_of_orders(zone text)
returns table (order_date date, product_id uuid, orders bigint, units bigint, revenue numeric, cancellations bigint)
language sql stable parallel safe
begin atomic
  with parts as (
    select
      ops.business_day(order_timestamp, zone) as order_date,
      product_id,
      1 as orders,
      case when status not in ('canceled', 'unavailable') then quantity else 0 end as units,
      case when status not in ('canceled', 'unavailable') then quantity * price else 0 end as revenue,
      0 as cancellations
    from shop.orders
    union all
    select ops.business_day(coalesce(status_at, order_timestamp), zone), product_id, 0, 0, 0, 1
    from shop.orders
    where status = 'canceled'
  )
  select order_date, product_id, sum(orders)::bigint, sum(units)::bigint, sum(revenue), sum(cancellations)::bigint
  from parts
  group by order_date, product_id;
end;

-- Makes the rollups anew in the caller's transaction: waits for a merge that is under way, and the next one waits for it.
create function live.rebuild(zone text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Before the rollups, as whoever writes both does it: a seed that replaces all orders is waited for here.
  lock table shop.orders in access share mode;
  lock table live.hourly_sales, live.daily_product_sales in exclusive mode;
  delete from live.hourly_sales;
  delete from live.daily_product_sales;
  insert into live.hourly_sales select * from live.hourly_sales_of_orders(zone);
  -- In the order of the key: a day lies on few pages, and the index is built in a third less time.
  insert into live.daily_product_sales
  select * from live.daily_product_sales_of_orders(zone) order by order_date, product_id;
  insert into ops.settings as held (name, value) values ('live_timezone', to_jsonb(zone))
  on conflict (name) do update set value = excluded.value, changed_at = now() where held.value <> excluded.value;
end
$$;
comment on function live.rebuild is 'ops.settings keeps the zone as live_timezone';
revoke execute on function live.rebuild from public;

-- The newest orders as they are now; ends after as many as the caller takes (order by order_timestamp desc limit n).
create view live.recent_orders as
select
  order_id,
  product_id,
  order_timestamp,
  status,
  coalesce(status_at, order_timestamp) as status_at,
  products.name as product,
  products.category,
  quantity,
  orders.price,
  quantity * orders.price as revenue
from shop.orders
join shop.products using (product_id);
comment on view live.recent_orders is 'order lines as they are now, without who ordered; to be read by order_timestamp, which is indexed';

create view live.products as
select product_id, name, category
from shop.products;
comment on view live.products is 'names for live.daily_product_sales: curated.dim_products lacks what came since the last run';

grant select, insert, update on live.hourly_sales, live.daily_product_sales to shop_stream;
grant execute on function live.rebuild, live.hourly_sales_of_orders, live.daily_product_sales_of_orders to shop_stream;
grant select on live.hourly_sales, live.daily_product_sales, live.recent_orders, live.products to shop_bi;

-- migrate:down
drop view live.products, live.recent_orders;
drop function live.rebuild, live.daily_product_sales_of_orders, live.hourly_sales_of_orders;
drop table live.daily_product_sales, live.hourly_sales;
