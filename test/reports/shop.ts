import type pg from 'pg';

/** A line of an order, as a test writes it down. */
export interface FactLine {
  order: number;
  product: number;
  /** Instant, with its offset. */
  at: string;
  quantity?: number;
  price?: string;
  status?: string;
}

const categories = ['telephony', 'baby', 'health_beauty', "child's toys"];

/** Products 1 to 12, three in each category; dim_products is not what the questions take their figures from. */
export async function fillProducts(client: pg.Client): Promise<void> {
  await client.query(
    `insert into curated.dim_products
     select md5('p' || n)::uuid, 'Produto ' || n, ($1::text[])[1 + n % 4], 1, 0, 0, 0 from generate_series(1, 12) as n`,
    [categories],
  );
}

/** Fact rows in business days of `zone`. */
export async function fillFacts(client: pg.Client, lines: readonly FactLine[], zone: string): Promise<void> {
  const days = lines.map((line) => line.at.slice(0, 10)).sort();
  await client.query(`select curated.ensure_partitions($1::date - 2, $2::date + 2)`, [days[0], days.at(-1)]);
  await client.query(
    `insert into curated.fact_orders
     select md5('o' || "order")::uuid, md5('p' || product)::uuid, md5('c')::uuid, ops.business_day(at, $2), at,
       coalesce(quantity, 1), coalesce(price, 10.00), coalesce(quantity, 1) * coalesce(price, 10.00),
       coalesce(status, 'delivered'), coalesce(status, 'delivered') not in ('canceled', 'unavailable')
     from jsonb_to_recordset($1::jsonb)
       as line("order" int, product int, at timestamptz, quantity int, price numeric, status text)`,
    [JSON.stringify(lines), zone],
  );
}

/** The daily aggregates that the batch keeps, by the definitions in their migration. */
export async function fillAggregates(client: pg.Client, zone: string): Promise<void> {
  const figures = `count(distinct order_id), coalesce(sum(quantity) filter (where is_sale), 0),
    coalesce(sum(fact.revenue) filter (where is_sale), 0)`;
  await client.query(`
    insert into curated.daily_sales
    select order_date, count(distinct order_id), count(distinct order_id) filter (where status = 'canceled'),
      count(distinct order_id) filter (where status = 'unavailable'),
      coalesce(sum(quantity) filter (where is_sale), 0), coalesce(sum(revenue) filter (where is_sale), 0)
    from curated.fact_orders group by 1;
    insert into curated.daily_product_sales
    select order_date, product_id, ${figures} from curated.fact_orders as fact group by 1, 2;
    insert into curated.daily_category_sales
    select order_date, category, ${figures}
    from curated.fact_orders as fact join curated.dim_products using (product_id) group by 1, 2;
    insert into curated.hourly_sales
    select ops.business_hour(order_timestamp, '${zone}'), order_date, ${figures}
    from curated.fact_orders as fact group by 1, 2;`);
}
