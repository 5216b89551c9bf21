-- The operational tables: a row in orders is one product of one order.

-- migrate:up
create table shop.customers (
  customer_id uuid primary key,
  name text not null,
  email text not null,
  created_at timestamptz not null
);

create table shop.products (
  product_id uuid primary key,
  name text not null,
  category text not null,
  price numeric(12, 2),
  constraint products_price_not_negative check (price >= 0)
);

create table shop.orders (
  order_id uuid not null,
  product_id uuid not null references shop.products,
  customer_id uuid not null references shop.customers,
  quantity integer not null,
  price numeric(12, 2) not null,
  order_timestamp timestamptz not null,
  status text not null,
  primary key (order_id, product_id),
  constraint orders_quantity_positive check (quantity > 0),
  constraint orders_price_not_negative check (price >= 0),
  constraint orders_status_known check (
    status in ('created', 'approved', 'invoiced', 'processing', 'shipped', 'delivered', 'canceled', 'unavailable')
  )
);

-- The batch reads days, that is ranges of instants.
create index orders_order_timestamp_idx on shop.orders (order_timestamp);

comment on column shop.products.price is 'catalogue price in R$: that of the latest sale; null for a product that was never sold';
comment on column shop.orders.quantity is 'units of this product in this order';
comment on column shop.orders.price is 'unit price in R$, without freight';
comment on column shop.orders.order_timestamp is 'when the order was placed; the same in all of its rows';

grant select on shop.customers, shop.products, shop.orders to shop_etl;

-- migrate:down
drop table shop.orders, shop.products, shop.customers;
