-- Olist by hand: from its files as they were copied into temporary tables, whose columns have types, to what the shop's
-- rows are made of. Trusts the files: nothing is looked at twice, nothing refused.
create temp view olist_customers as
select customer_id, customer_unique_id as person_id, null::text as reason from olist_customers_dataset;

create temp view olist_orders as
select
  order_id,
  customer_id,
  order_purchase_timestamp at time zone 'America/Sao_Paulo' as order_timestamp,
  order_status as status,
  null::text as reason
from olist_orders_dataset;

create temp view olist_products as
select product_id, product_category_name as category, null::text as reason from olist_products_dataset;

create temp view olist_translations as
select product_category_name as category, product_category_name_english as english, null::text as reason
from product_category_name_translation;

create temp table olist_lines as
select order_id, product_id, count(*)::integer as quantity, min(price) as price
from olist_order_items_dataset
group by order_id, product_id;

create temp table olist_people as
select person_id, min(order_timestamp) as created_at
from olist_customers join olist_orders using (customer_id)
group by person_id;

analyze olist_lines, olist_people;
