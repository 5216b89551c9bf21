-- title: Top products today
-- description: The products with the highest revenue of sales on the business day that runs now, then the most units; orders are distinct orders of every status. Kept by the stream.
-- live: true
-- display: row
-- x: product
-- y: revenue
-- column rank: Rank | integer
-- column product: Product | text
-- column category: Category | text
-- column units: Units | integer
-- column orders: Orders | integer
-- column revenue: Revenue | R$
-- parameter day?: date | Another business day than today
-- parameter limit: count = 10 | How many products
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, whose day it is; SHOP_TIMEZONE
-- window: day_window

with day_window as (
  select window_from, window_from as window_to
  from (select coalesce([[:day::date,]] (now() at time zone :timezone)::date) as window_from) as today
),
-- Ranked before the join, so that only the listed products are looked up.
top as (
  select product_id, units, orders, revenue
  from live.daily_product_sales
  where order_date = (select window_from from day_window) and units > 0
  order by revenue desc, units desc, product_id
  limit :limit
)
select
  row_number() over (order by top.revenue desc, units desc, product_id) as rank,
  products.name as product,
  products.category,
  units,
  orders,
  round(revenue, 2) as revenue
from top
join live.products using (product_id)
order by rank
