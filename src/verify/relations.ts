/**
 * One table beside what it should hold. Both sides are selects of `columns`; rows fall into buckets (a day, or a slice
 * of the ids), and only buckets whose fingerprints differ are compared row by row.
 */
export interface Comparison {
  name: string;
  /** Tells the rows of either side apart. */
  key: readonly string[];
  columns: readonly string[];
  /** Personal data: a difference is told, its values are not. */
  personal?: readonly string[];
  /** SQL expression over `columns`. */
  bucket: string;
  expected: string;
  actual: string;
}

export const factColumns = [
  'order_id',
  'product_id',
  'customer_id',
  'order_date',
  'order_timestamp',
  'quantity',
  'price',
  'revenue',
  'status',
  'is_sale',
] as const;

// 256 slices: at ten million ids a slice is small to sort, and the list of fingerprints short.
const slice = (id: string): string => `uuid_hash(${id}) & 255`;

const sales = `
      coalesce(sum(quantity) filter (where is_sale), 0) as units,
      coalesce(sum(revenue) filter (where is_sale), 0) as revenue`;

/**
 * The tables that are a function of fact_orders (and the categories in dim_products): each publish replaces them
 * together, so they agree on every day, whether the shop has moved on or not.
 *
 * @param zone SQL literal
 */
export const derivedTables = (zone: string): Comparison[] => [
  {
    name: 'daily_sales',
    key: ['order_date'],
    columns: ['order_date', 'orders', 'canceled_orders', 'unavailable_orders', 'units', 'revenue'],
    bucket: 'order_date',
    expected: `
    select order_date, count(distinct order_id) as orders,
      count(distinct order_id) filter (where status = 'canceled') as canceled_orders,
      count(distinct order_id) filter (where status = 'unavailable') as unavailable_orders,${sales}
    from curated.fact_orders
    group by order_date`,
    actual: 'select * from curated.daily_sales',
  },
  {
    name: 'daily_product_sales',
    key: ['order_date', 'product_id'],
    columns: ['order_date', 'product_id', 'orders', 'units', 'revenue'],
    bucket: 'order_date',
    expected: `
    select order_date, product_id, count(distinct order_id) as orders,${sales}
    from curated.fact_orders
    group by order_date, product_id`,
    actual: 'select * from curated.daily_product_sales',
  },
  {
    name: 'daily_category_sales',
    key: ['order_date', 'category'],
    columns: ['order_date', 'category', 'orders', 'units', 'revenue'],
    bucket: 'order_date',
    expected: `
    select fact.order_date, product.category, count(distinct order_id) as orders,
      coalesce(sum(fact.quantity) filter (where fact.is_sale), 0) as units,
      coalesce(sum(fact.revenue) filter (where fact.is_sale), 0) as revenue
    from curated.fact_orders as fact
    join curated.dim_products as product using (product_id)
    group by fact.order_date, product.category`,
    actual: 'select * from curated.daily_category_sales',
  },
  {
    name: 'hourly_sales',
    key: ['order_hour'],
    columns: ['order_hour', 'order_date', 'orders', 'units', 'revenue'],
    bucket: 'order_date',
    expected: `
    select ops.business_hour(order_timestamp, ${zone}) as order_hour, order_date, count(distinct order_id) as orders,${sales}
    from curated.fact_orders
    group by 1, 2`,
    actual: 'select * from curated.hourly_sales',
  },
  {
    name: 'dim_customers',
    key: ['customer_id'],
    columns: ['customer_id', 'first_order_at', 'last_order_at', 'orders', 'units', 'lifetime_value'],
    bucket: slice('customer_id'),
    expected: `
    select customer_id, first_order_at, last_order_at,
      coalesce(figures.orders, 0) as orders, coalesce(figures.units, 0) as units,
      coalesce(figures.revenue, 0) as lifetime_value
    from (select customer_id from curated.dim_customers) as customers
    left join (
      select customer_id, min(order_timestamp) as first_order_at, max(order_timestamp) as last_order_at,
        count(distinct order_id) as orders,${sales}
      from curated.fact_orders
      group by customer_id
    ) as figures using (customer_id)`,
    actual: 'select * from curated.dim_customers',
  },
  {
    name: 'dim_products',
    key: ['product_id'],
    columns: ['product_id', 'units', 'orders', 'revenue'],
    bucket: slice('product_id'),
    expected: `
    select product_id, coalesce(figures.units, 0) as units, coalesce(figures.orders, 0) as orders,
      coalesce(figures.revenue, 0) as revenue
    from (select product_id from curated.dim_products) as products
    left join (
      select product_id, count(distinct order_id) as orders,${sales}
      from curated.fact_orders
      group by product_id
    ) as figures using (product_id)`,
    actual: 'select * from curated.dim_products',
  },
];

/** A dimension's attributes beside the shop's: all of its rows, and none that it doesn't have. */
export interface Dimension {
  name: string;
  shop: string;
  curated: string;
  id: string;
  attributes: readonly string[];
  personal: readonly string[];
}

export const dimensions: readonly Dimension[] = [
  {
    name: 'customer_attributes',
    shop: 'shop.customers',
    curated: 'curated.dim_customers',
    id: 'customer_id',
    attributes: ['name', 'email', 'created_at'],
    personal: ['name', 'email'],
  },
  {
    name: 'product_attributes',
    shop: 'shop.products',
    curated: 'curated.dim_products',
    id: 'product_id',
    attributes: ['name', 'category', 'price'],
    personal: [],
  },
];

/** @param unread condition on a shop row `shop` that no run may have read yet; `false` where all were */
export function attributeComparison({ id, ...dimension }: Dimension, unread: string): Comparison {
  const columns = [id, ...dimension.attributes];
  return {
    name: dimension.name,
    key: [id],
    columns,
    personal: dimension.personal,
    bucket: slice(id),
    expected: `select ${columns.join(', ')} from ${dimension.shop} as shop where not (${unread})`,
    actual: `
    select ${columns.join(', ')}
    from ${dimension.curated} as curated
    where not exists (select from ${dimension.shop} as shop where shop.${id} = curated.${id} and ${unread})`,
  };
}

/**
 * The facts of the compared days, as the shop has them now. The join works out each line's day once (a condition on the
 * day would do so again wherever it is used: 4.8 s against 1.8 s at a million lines).
 *
 * @param limits SQL literals: the zone, and the instants between which the compared days lie
 */
export const factComparison = (limits: { zone: string; from: string; until: string }): Comparison => {
  const days = `(
      select order_date from ops.curated_days
      where order_date not in (select order_date from ops.changed_days)
    ) as days`;
  return {
    name: 'fact_orders',
    key: ['order_id', 'product_id', 'order_date'],
    columns: factColumns,
    bucket: 'order_date',
    expected: `
    select order_id, product_id, customer_id, order_date, order_timestamp, quantity, price, quantity * price as revenue,
      status, status not in ('canceled', 'unavailable') as is_sale
    from shop.orders
    join ${days} on order_date = ops.business_day(order_timestamp, ${limits.zone})
    where order_timestamp >= ${limits.from} and order_timestamp < ${limits.until}`,
    actual: `
    select ${factColumns.join(', ')}
    from curated.fact_orders
    join ${days} using (order_date)`,
  };
};
