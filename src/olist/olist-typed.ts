/**
 * The text of the staging tables as typed temporary tables, one statement each. A record that cannot be read keeps its
 * `reason`, so that every later statement takes `where reason is null`.
 *
 * An id is 32 hex digits, which is how `uuid` reads 32 bytes: an input function costs a quarter of a regular expression.
 * `offset 0` keeps the subquery a subquery: each check is evaluated once.
 */
const isId = (column: string): string =>
  `coalesce(octet_length(${column}) = 32 and pg_input_is_valid(${column}, 'uuid'), false)`;

const customers = `
  create temp table olist_customers on commit drop as
  select
    record,
    case when not customer_ok then 'invalid_customer_id' when not person_ok then 'invalid_customer_unique_id' end as reason,
    case when customer_ok then customer_id::uuid end as customer_id,
    case when person_ok then customer_unique_id::uuid end as person_id
  from (
    select *, ${isId('customer_id')} as customer_ok, ${isId('customer_unique_id')} as person_ok
    from seed_stage.olist_customers_dataset
    offset 0
  ) as checked`;

// Olist's clock times have no zone. They are São Paulo's, whatever zone the business day has; an hour that came twice
// counts as the second, in standard time, which is Postgres' own rule.
const orders = `
  create temp table olist_orders on commit drop as
  select
    record,
    case
      when not order_ok then 'invalid_order_id'
      when not customer_ok then 'invalid_customer_id'
      when not time_ok then 'invalid_timestamp'
      when not status_ok then 'unknown_status'
    end as reason,
    case when order_ok then order_id::uuid end as order_id,
    case when customer_ok then customer_id::uuid end as customer_id,
    case when time_ok then order_purchase_timestamp::timestamp at time zone 'America/Sao_Paulo' end as order_timestamp,
    order_status as status
  from (
    select
      *,
      ${isId('order_id')} as order_ok,
      ${isId('customer_id')} as customer_ok,
      coalesce(
        order_purchase_timestamp ~ '^(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$'
          and pg_input_is_valid(order_purchase_timestamp, 'timestamp'),
        false
      ) as time_ok,
      coalesce(
        order_status in ('created', 'approved', 'invoiced', 'processing', 'shipped', 'delivered', 'canceled', 'unavailable'),
        false
      ) as status_ok
    from seed_stage.olist_orders_dataset
    offset 0
  ) as checked`;

const items = `
  create temp table olist_items on commit drop as
  select
    record,
    case
      when not order_ok then 'invalid_order_id'
      when not item_ok then 'invalid_order_item_id'
      when not product_ok then 'invalid_product_id'
      when not price_ok then 'invalid_price'
    end as reason,
    case when order_ok then order_id::uuid end as order_id,
    case when item_ok then order_item_id::integer end as order_item_id,
    case when product_ok then product_id::uuid end as product_id,
    case when price_ok then price::numeric(12, 2) end as price
  from (
    select
      *,
      ${isId('order_id')} as order_ok,
      ${isId('product_id')} as product_ok,
      coalesce(order_item_id ~ '^[1-9][0-9]{0,8}$', false) as item_ok,
      coalesce(price ~ '^[0-9]{1,10}([.][0-9]{1,2})?$', false) as price_ok
    from seed_stage.olist_order_items_dataset
    offset 0
  ) as checked`;

const products = `
  create temp table olist_products on commit drop as
  select
    record,
    case when not product_ok then 'invalid_product_id' end as reason,
    case when product_ok then product_id::uuid end as product_id,
    nullif(product_category_name, '') as category
  from (
    select *, ${isId('product_id')} as product_ok
    from seed_stage.olist_products_dataset
    offset 0
  ) as checked`;

const translations = `
  create temp table olist_translations on commit drop as
  select
    record,
    case when coalesce(product_category_name, '') = '' then 'invalid_category' end as reason,
    product_category_name as category,
    nullif(product_category_name_english, '') as english
  from seed_stage.product_category_name_translation`;

export const typedTables: readonly string[] = [
  customers,
  orders,
  items,
  products,
  translations,
  'analyze olist_customers, olist_orders, olist_items, olist_products, olist_translations',
];
