-- title: Orders per category
-- description: Distinct orders of every status per product category, with units and revenue of sales; an order counts once in each of its categories. Covers the last 30 days that have orders unless from or to is given.
-- display: row
-- x: category
-- y: orders
-- column category: Category | text
-- column orders: Orders | integer
-- column units: Units | integer
-- column revenue: Revenue | R$
-- parameter from?: date | First business day, inclusive
-- parameter to?: date | Last business day, inclusive
-- parameter category?: text | Only this category
-- parameter limit?: count | How many categories, those with the most orders first
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
)
-- Distinct orders add up over days, because all lines of an order have one business day.
select
  category,
  sum(orders)::bigint as orders,
  sum(units)::bigint as units,
  sum(revenue) as revenue
from day_window
join curated.daily_category_sales on order_date between window_from and window_to
where orders > 0 [[and category = :category]]
group by category
order by orders desc, revenue desc, category
[[limit :limit]]
