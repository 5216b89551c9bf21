-- Facts, dimensions and daily aggregates, as analysts and Metabase see them.

-- migrate:up
create table curated.fact_orders (
  order_id uuid not null,
  product_id uuid not null,
  customer_id uuid not null,
  order_date date not null,
  order_timestamp timestamptz not null,
  quantity integer not null,
  price numeric(12, 2) not null,
  revenue numeric(18, 2) not null,
  status text not null,
  is_sale boolean not null,
  primary key (order_id, product_id, order_date)
) partition by range (order_date);
-- A rerun looks up the other orders of the customers it touched.
create index fact_orders_customer_id_idx on curated.fact_orders (customer_id);
create index fact_orders_order_date_idx on curated.fact_orders (order_date);

create table curated.dim_customers (
  customer_id uuid primary key,
  name text not null,
  email text not null,
  created_at timestamptz not null,
  first_order_at timestamptz,
  last_order_at timestamptz,
  orders bigint not null,
  units bigint not null,
  lifetime_value numeric(18, 2) not null
);

create table curated.dim_products (
  product_id uuid primary key,
  name text not null,
  category text not null,
  price numeric(12, 2),
  units bigint not null,
  orders bigint not null,
  revenue numeric(18, 2) not null
);

create table curated.daily_sales (
  order_date date primary key,
  orders bigint not null,
  canceled_orders bigint not null,
  unavailable_orders bigint not null,
  units bigint not null,
  revenue numeric(18, 2) not null
);

create table curated.daily_product_sales (
  order_date date not null,
  product_id uuid not null,
  orders bigint not null,
  units bigint not null,
  revenue numeric(18, 2) not null,
  primary key (order_date, product_id)
);
create index daily_product_sales_product_id_idx on curated.daily_product_sales (product_id);

create table curated.daily_category_sales (
  order_date date not null,
  category text not null,
  orders bigint not null,
  units bigint not null,
  revenue numeric(18, 2) not null,
  primary key (order_date, category)
);

create table curated.hourly_sales (
  order_hour timestamptz primary key,
  order_date date not null,
  orders bigint not null,
  units bigint not null,
  revenue numeric(18, 2) not null
);
create index hourly_sales_order_date_idx on curated.hourly_sales (order_date);

comment on column curated.fact_orders.order_date is 'business day of order_timestamp in the pipeline''s time zone';
comment on column curated.fact_orders.revenue is 'quantity × price in R$, whatever the status';
comment on column curated.fact_orders.is_sale is 'status is neither canceled nor unavailable';
comment on column curated.dim_customers.orders is 'distinct orders of every status; first and last order likewise';
comment on column curated.dim_customers.lifetime_value is 'sum of the revenue of sales in R$';
comment on column curated.dim_products.orders is 'distinct orders of every status; units and revenue are those of sales';
comment on column curated.daily_sales.orders is 'distinct orders of every status; units and revenue are those of sales';
comment on column curated.daily_category_sales.orders is 'distinct orders of every status; an order counts once per category';
comment on column curated.hourly_sales.order_hour is 'first instant of the local hour';

grant select, insert, update, delete on all tables in schema curated to shop_etl;

-- Analysts see figures, never who a customer is.
grant select on curated.fact_orders, curated.dim_products, curated.daily_sales, curated.daily_product_sales,
  curated.daily_category_sales, curated.hourly_sales to shop_bi;
grant select (customer_id, created_at, first_order_at, last_order_at, orders, units, lifetime_value)
  on curated.dim_customers to shop_bi;

-- migrate:down
drop table curated.hourly_sales, curated.daily_category_sales, curated.daily_product_sales, curated.daily_sales,
  curated.dim_products, curated.dim_customers, curated.fact_orders;
