-- title: Revenue today against the week before
-- description: Revenue of sales per hour of the business day that runs now, beside that of the same weekday a week before. In the hour that runs both are up to this minute, the whole hour of the week before is told besides; hours to come have no revenue yet, a week before the first orders is empty. Kept by the stream.
-- live: true
-- display: line
-- x: day_hour
-- y: revenue, week_before
-- column day_hour: Hour | hour
-- column revenue: Revenue | R$
-- column week_before: A week before | R$
-- column week_before_hour: Its whole hour | R$
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, whose day it is; SHOP_TIMEZONE
-- window: day_window

with clock as (
  select
    local_now::date as today,
    extract(hour from local_now)::integer as this_hour,
    (local_now - interval '7 days') at time zone :timezone as same_time,
    (date_trunc('hour', local_now) - interval '7 days' + interval '1 hour') at time zone :timezone as same_hour_end
  from (select now() at time zone :timezone as local_now) as here
),
day_window as (
  select today as window_from, today as window_to
  from clock
),
-- By the hour on the wall: one that comes twice is one row, one that does not exist is zero.
by_hour as (
  select
    (order_hour at time zone :timezone)::date as order_date,
    extract(hour from order_hour at time zone :timezone)::integer as hour,
    sum(orders) as orders,
    sum(revenue) as revenue
  from live.hourly_sales
  where
    order_hour >= (select (today - 8)::timestamp at time zone :timezone from clock)
    and order_hour <= now()
  group by 1, 2
),
-- The hour of a week ago that runs now, from this minute to its end: to be taken off.
later as (
  select coalesce(sum(revenue) filter (where status not in ('canceled', 'unavailable')), 0) as revenue
  from live.recent_orders
  where order_timestamp > (select same_time from clock) and order_timestamp < (select same_hour_end from clock)
),
has_week_before as (
  select exists (
    select from live.hourly_sales
    where orders > 0 and order_hour <= (select same_time from clock)
  ) as found
)
select
  today + make_interval(hours => day_hours.hour) as day_hour,
  case when day_hours.hour <= this_hour then round(coalesce(now_on.revenue, 0), 2) end as revenue,
  case
    when found then round(coalesce(earlier.revenue, 0) - case when day_hours.hour = this_hour then later.revenue else 0 end, 2)
  end as week_before,
  case when found then round(coalesce(earlier.revenue, 0), 2) end as week_before_hour
from clock
cross join later
cross join has_week_before
cross join generate_series(0, 23) as day_hours (hour)
left join by_hour as now_on on now_on.hour = day_hours.hour and now_on.order_date = today
left join by_hour as earlier on earlier.hour = day_hours.hour and earlier.order_date = today - 7
where exists (select from by_hour where orders > 0 and order_date in (today, today - 7))
order by day_hour
