-- title: Sales against the week before
-- description: Revenue of sales per business day beside that of the same weekday a week before, and how much it changed; a day without orders counts as zero, a week before the first orders is empty. Shows the last 30 days that have orders unless from or to is given.
-- display: line
-- x: order_date
-- y: revenue, week_before
-- column order_date: Day | date
-- column revenue: Revenue | R$
-- column week_before: A week before | R$
-- column change_percent: Change in % | decimal
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
  select order_date, revenue
  from curated.daily_sales
  where orders > 0 [[and :category::text is null]]
  union all
  select order_date, revenue
  from curated.daily_category_sales
  where false [[or category = :category]]
),
-- Days are counted by integers: a series of timestamps would lose one where a midnight does not exist.
days as (
  select
    window_from + day as order_date,
    coalesce(sales.revenue, 0.00) as revenue,
    case
      when window_from + day - 7 >= (select min(order_date) from curated.daily_sales where orders > 0)
        then coalesce(earlier.revenue, 0.00)
    end as week_before
  from day_window
  cross join generate_series(0, window_to - window_from) as day
  left join sales on sales.order_date = window_from + day
  left join sales as earlier on earlier.order_date = window_from + day - 7
  where exists (select from sales where sales.order_date between window_from and window_to)
)
select
  order_date,
  revenue,
  week_before,
  round(100 * (revenue - week_before) / nullif(week_before, 0), 1) as change_percent
from days
order by order_date
