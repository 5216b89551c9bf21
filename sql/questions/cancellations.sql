-- title: Cancellations per hour
-- description: Orders that are canceled, per local hour of the event that canceled them, with the revenue that is lost with them; an hour without any counts as zero. Kept by the stream, up to the hour that runs now.
-- live: true
-- display: bar
-- x: order_hour
-- y: cancellations
-- column order_hour: Hour | hour
-- column cancellations: Cancellations | integer
-- column canceled_revenue: Canceled revenue | R$
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
  coalesce(cancellations, 0) as cancellations,
  round(coalesce(canceled_revenue, 0), 2) as canceled_revenue
from hours
left join live.hourly_sales on hourly_sales.order_hour = hours.order_hour
-- Orders without a cancellation are an answer: zero.
where exists (
  select from live.hourly_sales as any_hour
  where
    any_hour.orders + any_hour.cancellations > 0
    and any_hour.order_hour >= (select min(order_hour) from hours)
    and any_hour.order_hour <= now()
)
order by hours.order_hour
