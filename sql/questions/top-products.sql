-- title: Top products by sales
-- description: The products with the highest revenue of sales, then the most units sold; orders are distinct orders of every status. Covers the last 30 days that have orders unless from or to is given.
-- display: row
-- x: product
-- y: revenue
-- column rank: Rank | integer
-- column product: Product | text
-- column category: Category | text
-- column units: Units | integer
-- column orders: Orders | integer
-- column revenue: Revenue | R$
-- parameter from?: date | First business day, inclusive
-- parameter to?: date | Last business day, inclusive
-- parameter category?: text | Only products of this category
-- parameter limit: count = 10 | How many products
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
-- Ranked before the join, so that only the listed products are looked up. A product whose orders were all canceled sold nothing.
top as (
  select
    product_id,
    sum(units)::bigint as units,
    sum(orders)::bigint as orders,
    sum(revenue) as revenue
  from day_window
  join curated.daily_product_sales on order_date between window_from and window_to
  [[where product_id in (select product_id from curated.dim_products where category = :category)]]
  group by product_id
  having sum(units) > 0
  order by revenue desc, units desc, product_id
  limit :limit
)
select
  row_number() over (order by top.revenue desc, top.units desc, product_id) as rank,
  dim_products.name as product,
  dim_products.category,
  top.units,
  top.orders,
  top.revenue
from top
join curated.dim_products using (product_id)
order by rank
