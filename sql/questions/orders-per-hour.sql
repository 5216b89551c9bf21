-- title: Orders per hour
-- description: Distinct orders of every status per local hour; an hour without orders counts as zero. Shows the span of the last 48 hours that have orders unless from or to is given.
-- display: bar
-- x: order_hour
-- y: orders
-- column order_hour: Hour | hour
-- column orders: Orders | integer
-- parameter from?: date | First business day, inclusive
-- parameter to?: date | Last business day, inclusive
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, in which hours are shown; SHOP_TIMEZONE
-- window: hour_window

with recent_hours as (
  select order_hour
  from curated.hourly_sales
  where orders > 0 [[and order_date <= :to::date]]
  order by order_hour desc
  limit 48
),
-- Local clock time, as a whole day from `from` to `to` is meant where they are given.
hour_window as (
  select
    coalesce([[:from::date::timestamp,]] min(order_hour) at time zone :timezone) as window_from,
    coalesce([[:to::date + time '23:00',]] max(order_hour) at time zone :timezone) as window_to
  from recent_hours
),
-- Instants, some hours more than needed on both sides: where the clock changes, a local hour is missing or comes twice.
hours as (
  select distinct date_trunc('hour', instant, :timezone) as order_hour
  from hour_window
  cross join generate_series(
    (window_from at time zone :timezone) - interval '3 hours',
    (window_to at time zone :timezone) + interval '3 hours',
    interval '1 hour'
  ) as instant
)
select
  hours.order_hour at time zone :timezone as order_hour,
  coalesce(orders, 0) as orders
from hours
join hour_window on hours.order_hour at time zone :timezone between window_from and window_to
left join curated.hourly_sales on hourly_sales.order_hour = hours.order_hour
where exists (
  select from curated.hourly_sales
  where orders > 0 and order_date between window_from::date and window_to::date
)
order by hours.order_hour
