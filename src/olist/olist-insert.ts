import type { ShopTables } from './shop-source.ts';

/** A number from 0 below `below`, out of three bytes of an id: six of its hex digits. `id` is a bytea. */
const pick = (id: string, firstByte: number, below: number): string =>
  `((get_byte(${id}, ${firstByte}) * 65536 + get_byte(${id}, ${firstByte + 1}) * 256 + get_byte(${id}, ${firstByte + 2})) % ${below})`;

/**
 * The people. Olist names nobody, so name and address are made from the id's digits and pools of names: the same in
 * every seed. The whole id in the address keeps addresses distinct.
 *
 * Parameters: $1 first names, $2 the same as parts of an address, $3 last names.
 */
export const insertCustomers = (into: ShopTables, pools: { first: number; last: number }): string => `
  insert into ${into.customers} (customer_id, name, email, created_at)
  select
    person_id,
    ($1::text[])[first] || ' ' || ($3::text[])[last] || ' ' || ($3::text[])[other_last],
    ($2::text[])[first] || '.' || encode(id, 'hex') || '@example.com',
    created_at
  from (
    select
      person_id,
      created_at,
      id,
      1 + ${pick('id', 0, pools.first)} as first,
      1 + ${pick('id', 3, pools.last)} as last,
      1 + (${pick('id', 3, pools.last)} + 1 + ${pick('id', 6, Math.max(1, pools.last - 1))}) % ${pools.last} as other_last
    from olist_people, lateral (select uuid_send(person_id) as id) as bytes
    offset 0
  ) as picked
  order by person_id`;

/**
 * The products. The catalogue price is that of the latest sale, an order that was neither canceled nor unavailable; at
 * one instant the greatest order id decides. Four digits of the id tell products of one name apart.
 *
 * Parameters: $1 nouns, $2 adjectives, $3 materials.
 */
export const insertProducts = (
  into: ShopTables,
  pools: { nouns: number; adjectives: number; materials: number },
): string => `
  insert into ${into.products} (product_id, name, category, price)
  with latest as (
    select distinct on (product_id) product_id, price
    from olist_lines join olist_orders using (order_id)
    where reason is null and status not in ('canceled', 'unavailable')
    order by product_id, order_timestamp desc, order_id desc
  ), translated as (
    select category, english from olist_translations where reason is null
  )
  select
    product_id,
    ($1::text[])[1 + ${pick('id', 0, pools.nouns)}]
      || ' ' || ($2::text[])[1 + ${pick('id', 3, pools.adjectives)}]
      || ' de ' || ($3::text[])[1 + ${pick('id', 6, pools.materials)}]
      || ' ' || upper(encode(substr(id, 15, 2), 'hex')),
    coalesce(english, category, 'unknown'),
    price
  from olist_products
    left join latest using (product_id)
    left join translated using (category),
    lateral (select uuid_send(product_id) as id) as bytes
  where reason is null
  order by product_id`;

// In the order of time, as the shop itself would have written them: a day's rows lie together.
export const insertOrders = (into: ShopTables): string => `
  insert into ${into.orders} (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
  select order_id, product_id, person_id, quantity, price, order_timestamp, status
  from olist_lines
    join olist_orders as placed using (order_id)
    join olist_customers as buyer using (customer_id)
  where placed.reason is null and buyer.reason is null
  order by order_timestamp, order_id, product_id`;
