-- NaN is no less than zero for Postgres, and an instant may be infinite: both passed, and broke every sum and day made of them.

-- migrate:up
-- Years 1900 to 2999 in any time zone, as in an order event: what Postgres, Spark and Python can all hold.
alter table shop.customers
  add constraint customers_created_in_range check (created_at >= '1899-12-31Z' and created_at < '3000-01-02Z');

alter table shop.products
  drop constraint products_price_not_negative,
  add constraint products_price_not_negative check (price >= 0 and price <> 'NaN');

alter table shop.orders
  drop constraint orders_price_not_negative,
  add constraint orders_price_not_negative check (price >= 0 and price <> 'NaN'),
  add constraint orders_placed_in_range check (order_timestamp >= '1899-12-31Z' and order_timestamp < '3000-01-02Z'),
  add constraint orders_status_in_range check (status_at >= '1899-12-31Z' and status_at < '3000-01-02Z');

-- migrate:down
alter table shop.orders
  drop constraint orders_status_in_range,
  drop constraint orders_placed_in_range,
  drop constraint orders_price_not_negative,
  add constraint orders_price_not_negative check (price >= 0);

alter table shop.products
  drop constraint products_price_not_negative,
  add constraint products_price_not_negative check (price >= 0);

alter table shop.customers
  drop constraint customers_created_in_range;
