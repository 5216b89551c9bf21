-- title: Daily sales revenue
-- description: Revenue and units of sales, and distinct orders of every status, per business day; a day without orders counts as zero. Shows the last 30 days that have orders unless from or to is given.
-- display: line
-- x: order_date
-- y: revenue
-- column order_date: Day | date
-- column orders: Orders | integer
-- column units: Units | integer
-- column revenue: Revenue | R$
-- parameter from?: date | First business day, inclusive
-- parameter to?: date | Last business day, inclusive
-- parameter category?: text | Only sales of this product category
-- window: day_window

with recent_days as (
  select order_date
  from curated.daily_sales
  where orders > 0 [[and order_date <= :to::date]]
  order by order_date desc
  limit 30
),
day_window as (
  select
    coalesce([[:from::date,]] min(order_date)) as window_from,
    coalesce([[:to::date,]] max(order_date)) as window_to
  from recent_days
),
-- One of the two branches is always empty: all sales without a category, those of the category with one.
sales as (
  select order_date, orders, units, revenue
  from curated.daily_sales
  where orders > 0 [[and :category::text is null]]
  union all
  select order_date, orders, units, revenue
  from curated.daily_category_sales
  where false [[or category = :category]]
)
-- Days are counted by integers: a series of timestamps would lose one where a midnight does not exist.
select
  window_from + day as order_date,
  coalesce(orders, 0) as orders,
  coalesce(units, 0) as units,
  coalesce(revenue, 0.00) as revenue
from day_window
cross join generate_series(0, window_to - window_from) as day
left join sales on sales.order_date = window_from + day
where exists (select from sales where sales.order_date between window_from and window_to)
order by 1
