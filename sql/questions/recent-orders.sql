-- title: Recent orders
-- description: The orders that were placed last, as they are now, newest first; revenue is that of all their lines, whatever the status.
-- live: true
-- display: table
-- column placed_at: Placed | time
-- column status: Status | text
-- column products: Products | text
-- column units: Units | integer
-- column revenue: Revenue | R$
-- parameter limit: count = 20 | How many orders
-- parameter timezone: text = America/Sao_Paulo | Time zone of the shop, in which times are shown; SHOP_TIMEZONE

-- Grouped along the index of order_timestamp, newest first: what ends after `limit` orders reads no more lines than theirs.
select
  date_trunc('second', order_timestamp at time zone :timezone) as placed_at,
  status,
  string_agg(product, ', ' order by product) as products,
  sum(quantity)::bigint as units,
  sum(revenue) as revenue
from live.recent_orders
group by order_timestamp, order_id, status
order by order_timestamp desc, order_id
limit :limit
