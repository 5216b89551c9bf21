-- title: Categories today
-- description: Lines of orders of every status per product category on the business day that runs now, with units and revenue of sales; a line is one product of one order. Kept by the stream.
-- live: true
-- display: row
-- x: category
-- y: order_lines
-- column category: Category | text
-- column order_lines: Order lines | integer
-- column units: Units | integer
-- column revenue: Revenue | R$
-- parameter limit?: count | How many categories, those with the most lines first
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, whose day it is; SHOP_TIMEZONE
-- window: day_window

with day_window as (
  select today as window_from, today as window_to
  from (select (now() at time zone :timezone)::date as today) as clock
)
select
  products.category,
  sum(orders)::bigint as order_lines,
  sum(units)::bigint as units,
  round(sum(revenue), 2) as revenue
from live.daily_product_sales
join live.products using (product_id)
where order_date = (select window_from from day_window) and orders > 0
group by products.category
order by order_lines desc, sum(revenue) desc, products.category
[[limit :limit]]
