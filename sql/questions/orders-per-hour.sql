-- title: Orders per hour
-- description: Distinct orders of every status per local hour, up to the hour that runs now and as they are at this moment; an hour without orders counts as zero. Kept by the stream.
-- live: true
-- display: bar
-- x: order_hour
-- y: orders
-- column order_hour: Hour | hour
-- column orders: Orders | integer
-- column units: Units | integer
-- column revenue: Revenue | R$
-- parameter hours: count = 48 | How many hours, the one that runs now included; at most 8784, a year
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, in which hours are shown; SHOP_TIMEZONE
-- window: hour_window

-- Looked for every half hour: there are zones whose clock moves by one, and an hour that comes twice is two.
with hours as (
  select distinct date_trunc('hour', now() - n * interval '30 minutes', :timezone) as order_hour
  from generate_series(0, 2 * least(:hours::integer, 8784)) as n
  order by order_hour desc
  limit least(:hours::integer, 8784)
),
hour_window as (
  select
    min(order_hour) at time zone :timezone as window_from,
    max(order_hour) at time zone :timezone as window_to
  from hours
)
select
  hours.order_hour at time zone :timezone as order_hour,
  coalesce(orders, 0) as orders,
  coalesce(units, 0) as units,
  round(coalesce(revenue, 0), 2) as revenue
from hours
left join live.hourly_sales on hourly_sales.order_hour = hours.order_hour
where exists (
  select from live.hourly_sales as any_hour
  where any_hour.orders > 0 and any_hour.order_hour >= (select min(order_hour) from hours) and any_hour.order_hour <= now()
)
order by hours.order_hour
