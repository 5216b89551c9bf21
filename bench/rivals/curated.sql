-- The curated tables once more, in schema `rival`, by plain SQL: what a person would write who had no Spark. Tables first,
-- then rows, then keys and indexes: the quick way. The session's time zone is the shop's.
create table rival.fact_orders (like curated.fact_orders) partition by range (order_date);
do $$
declare
  month date;
begin
  for month in
    select generate_series(date_trunc('month', min(order_timestamp)), max(order_timestamp), interval '1 month')
    from shop.orders
  loop
    execute format(
      'create table rival.%I partition of rival.fact_orders for values from (%L) to (%L)',
      'fact_orders_' || to_char(month, 'YYYY_MM'), month, month + interval '1 month'
    );
  end loop;
end
$$;
insert into rival.fact_orders
select order_id, product_id, customer_id, order_timestamp::date, order_timestamp, quantity, price,
  quantity * price, status, status not in ('canceled', 'unavailable')
from shop.orders;
alter table rival.fact_orders add primary key (order_id, product_id, order_date);
create index on rival.fact_orders (customer_id);
create index on rival.fact_orders (order_date);
create table rival.dim_customers as
select customer_id, name, email, created_at, first_order_at, last_order_at, coalesce(orders, 0) as orders,
  coalesce(units, 0) as units, coalesce(lifetime_value, 0)::numeric(18, 2) as lifetime_value
from shop.customers
left join (
  select customer_id, min(order_timestamp) as first_order_at, max(order_timestamp) as last_order_at,
    count(distinct order_id) as orders, coalesce(sum(quantity) filter (where is_sale), 0) as units,
    coalesce(sum(revenue) filter (where is_sale), 0) as lifetime_value
  from rival.fact_orders
  group by customer_id
) as figures using (customer_id);
alter table rival.dim_customers add primary key (customer_id);
create table rival.dim_products as
select product_id, name, category, price, coalesce(units, 0) as units, coalesce(orders, 0) as orders,
  coalesce(revenue, 0)::numeric(18, 2) as revenue
from shop.products
left join (
  select product_id, count(*) as orders, coalesce(sum(quantity) filter (where is_sale), 0) as units,
    coalesce(sum(revenue) filter (where is_sale), 0) as revenue
  from rival.fact_orders
  group by product_id
) as figures using (product_id);
alter table rival.dim_products add primary key (product_id);
create table rival.daily_sales as
select order_date, count(distinct order_id) as orders,
  count(distinct order_id) filter (where status = 'canceled') as canceled_orders,
  count(distinct order_id) filter (where status = 'unavailable') as unavailable_orders,
  coalesce(sum(quantity) filter (where is_sale), 0) as units,
  coalesce(sum(revenue) filter (where is_sale), 0)::numeric(18, 2) as revenue
from rival.fact_orders
group by order_date;
alter table rival.daily_sales add primary key (order_date);
create table rival.daily_product_sales as
select order_date, product_id, count(*) as orders, coalesce(sum(quantity) filter (where is_sale), 0) as units,
  coalesce(sum(revenue) filter (where is_sale), 0)::numeric(18, 2) as revenue
from rival.fact_orders
group by order_date, product_id;
alter table rival.daily_product_sales add primary key (order_date, product_id);
create index on rival.daily_product_sales (product_id);
create table rival.daily_category_sales as
select order_date, category, count(distinct order_id) as orders,
  coalesce(sum(quantity) filter (where is_sale), 0) as units,
  coalesce(sum(fact.revenue) filter (where is_sale), 0)::numeric(18, 2) as revenue
from rival.fact_orders as fact
join shop.products using (product_id)
group by order_date, category;
alter table rival.daily_category_sales add primary key (order_date, category);
create table rival.hourly_sales as
select date_trunc('hour', order_timestamp) as order_hour, order_date, count(distinct order_id) as orders,
  coalesce(sum(quantity) filter (where is_sale), 0) as units,
  coalesce(sum(revenue) filter (where is_sale), 0)::numeric(18, 2) as revenue
from rival.fact_orders
group by 1, 2;
alter table rival.hourly_sales add primary key (order_hour);
create index on rival.hourly_sales (order_date);
