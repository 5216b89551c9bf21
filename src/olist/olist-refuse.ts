import type { OlistFileName } from './olist-files.ts';

/** Typed table and identifying columns of each file. */
export const olistKeys: Record<OlistFileName, { typed: string; key: string }> = {
  'olist_customers_dataset.csv': { typed: 'olist_customers', key: 'customer_id' },
  'olist_orders_dataset.csv': { typed: 'olist_orders', key: 'order_id' },
  'olist_order_items_dataset.csv': { typed: 'olist_items', key: 'order_id, order_item_id' },
  'olist_products_dataset.csv': { typed: 'olist_products', key: 'product_id' },
  'product_category_name_translation.csv': { typed: 'olist_translations', key: 'category' },
};

/**
 * Of records with one key the first counts. Keys that repeat are found first, by hashing, as there are none in good
 * data; only those are ranked and compared.
 *
 * @param stage - qualified staging table of the file
 */
export const refuseRepeated = (typed: string, key: string, stage: string): string => `
  with repeated as (
    select ${key} from ${typed} where reason is null group by ${key} having count(*) > 1
  ), ranked as (
    select
      record,
      row_number() over same_key as nth,
      fields = first_value(fields) over same_key as is_copy
    from repeated
      join ${typed} using (${key})
      join (select record, to_jsonb(staged) - 'record' as fields from ${stage} as staged) as contents using (record)
    where reason is null
    window same_key as (partition by ${key} order by record)
  )
  update ${typed} as refused
  set reason = case when is_copy then 'duplicate' else 'conflicting_duplicate' end
  from ranked
  where ranked.record = refused.record and nth > 1`;

/** Refuses records whose `column` names no accepted record of `other`: one that was refused, or none at all. */
const refuseOrphans = (typed: string, other: string, column: string, thing: string): string => `
  with known as (
    select ${column}, bool_or(reason is null) as accepted
    from ${other}
    where ${column} is not null
    group by ${column}
  )
  update ${typed} as refused
  set reason = case when accepted is null then 'unknown_${thing}' else 'rejected_${thing}' end
  from ${typed} as referring left join known using (${column})
  where referring.record = refused.record and referring.reason is null and accepted is not true`;

// Lines of one order and product are units of it, as long as they have one price.
const lines = `
  create temp table olist_lines on commit drop as
  select order_id, product_id, count(*)::integer as quantity, min(price) as price, max(price) as highest_price
  from olist_items
  where reason is null
  group by order_id, product_id`;

const refusePriceConflicts = `
  with conflicting as (
    delete from olist_lines where price <> highest_price returning order_id, product_id
  )
  update olist_items as refused
  set reason = 'conflicting_price'
  from conflicting
  where refused.order_id = conflicting.order_id and refused.product_id = conflicting.product_id and reason is null`;

// It names no product, so the shop has no row for it.
const refuseEmptyOrders = `
  update olist_orders as refused
  set reason = 'order_without_items'
  where reason is null and not exists (select from olist_lines where olist_lines.order_id = refused.order_id)`;

// customer_id is made anew for each order; the person is customer_unique_id. Refused orders count: the person was there.
const people = `
  create temp table olist_people on commit drop as
  select person_id, min(order_timestamp) as created_at
  from olist_customers join olist_orders using (customer_id)
  where olist_customers.reason is null and order_timestamp is not null
  group by person_id`;

const refuseIdleCustomers = `
  update olist_customers as refused
  set reason = 'customer_without_orders'
  where reason is null
    and not exists (select from olist_people where olist_people.person_id = refused.person_id)`;

/** After the repeated records, in this order: each statement relies on the refusals of those before. */
export const refusals: readonly string[] = [
  refuseOrphans('olist_orders', 'olist_customers', 'customer_id', 'customer'),
  refuseOrphans('olist_items', 'olist_orders', 'order_id', 'order'),
  refuseOrphans('olist_items', 'olist_products', 'product_id', 'product'),
  lines,
  'analyze olist_lines',
  refusePriceConflicts,
  refuseEmptyOrders,
  people,
  refuseIdleCustomers,
];

/** Hands the refused records of a file to the books, with their fields as a JSON object. */
export const collectRefused = (
  name: OlistFileName,
  typed: string,
  stage: string,
  columns: readonly string[],
): string => `
  insert into seed_rejects (source, position, reason, payload)
  select '${name}', 'record ' || refused.record, refused.reason, convert_to(row_to_json(fields)::text, 'UTF8')
  from ${typed} as refused
    join ${stage} as staged using (record),
    lateral (select ${columns.map((column) => `staged.${column}`).join(', ')}) as fields
  where refused.reason is not null
  order by refused.record`;
