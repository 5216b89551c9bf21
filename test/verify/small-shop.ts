import type pg from 'pg';

/** 60 customers (some without orders), 15 products in 4 categories, 400 orders of 21 days around São Paulo's missing midnight. */
export async function fillShop(client: pg.Client): Promise<void> {
  await client.query(`
    insert into shop.customers (customer_id, name, email, created_at)
    select md5('customer' || n)::uuid, 'Customer ' || n, 'customer' || n || '@example.com', timestamptz '2017-10-01 00:00+00' + n * interval '1 hour'
    from generate_series(1, 60) as n;

    insert into shop.products (product_id, name, category, price)
    select md5('product' || n)::uuid, 'Product ' || n, 'category ' || n % 4, case when n < 15 then n * 9.95 end
    from generate_series(1, 15) as n;

    insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status)
    select md5('order' || n)::uuid, md5('product' || product)::uuid, md5('customer' || 1 + n * 7 % 50)::uuid,
      1 + n % 3, product * 9.95, timestamptz '2017-10-06 03:00+00' + n * interval '75 minutes',
      (array['delivered', 'delivered', 'delivered', 'canceled', 'shipped', 'unavailable', 'created'])[1 + n % 7]
    from generate_series(1, 400) as n
    cross join lateral (select distinct 1 + (n * line) % 14 as product from generate_series(1, 1 + n % 3) as line) as lines`);
}

/** Publishes every day of the shop in plain SQL, as the batch does it in Spark. */
export async function curateEverything(client: pg.Client, zone = 'America/Sao_Paulo'): Promise<void> {
  const z = client.escapeLiteral(zone);
  await client.query(`
    insert into ops.settings (name, value) values
      ('timezone', to_jsonb(${z}::text)),
      ('attributes_watermark', jsonb_build_object('xmin', pg_snapshot_xmax(pg_current_snapshot())::text));
    select curated.ensure_partitions(min(ops.business_day(order_timestamp, ${z})), max(ops.business_day(order_timestamp, ${z})))
    from shop.orders;

    insert into curated.fact_orders
    select order_id, product_id, customer_id, ops.business_day(order_timestamp, ${z}), order_timestamp, quantity, price,
      quantity * price, status, status <> all ('{canceled,unavailable}')
    from shop.orders;

    insert into ops.curated_days (order_date, order_lines, orders, units, revenue, run_id)
    select order_date, count(*), count(distinct order_id), sum(quantity), sum(revenue), 1
    from curated.fact_orders
    group by order_date;

    insert into curated.dim_customers
    select customer_id, name, email, created_at, min(order_timestamp), max(order_timestamp), count(distinct order_id),
      coalesce(sum(case when is_sale then quantity end), 0), coalesce(sum(case when is_sale then revenue end), 0)
    from shop.customers
    left join curated.fact_orders using (customer_id)
    group by customer_id;

    insert into curated.dim_products
    select p.product_id, name, category, p.price, coalesce(sum(case when is_sale then quantity end), 0),
      count(distinct order_id), coalesce(sum(case when is_sale then revenue end), 0)
    from shop.products as p
    left join curated.fact_orders using (product_id)
    group by p.product_id;

    insert into curated.daily_sales
    select order_date, count(distinct order_id), count(distinct case when status = 'canceled' then order_id end),
      count(distinct case when status = 'unavailable' then order_id end),
      sum(case when is_sale then quantity else 0 end), sum(case when is_sale then revenue else 0 end)
    from curated.fact_orders
    group by order_date;

    insert into curated.daily_product_sales
    select order_date, product_id, count(*), sum(case when is_sale then quantity else 0 end),
      sum(case when is_sale then revenue else 0 end)
    from curated.fact_orders
    group by order_date, product_id;

    insert into curated.daily_category_sales
    select order_date, category, count(distinct order_id), sum(case when is_sale then quantity else 0 end),
      sum(case when is_sale then fact.revenue else 0 end)
    from curated.fact_orders as fact
    join shop.products using (product_id)
    group by order_date, category;

    insert into curated.hourly_sales
    select ops.business_hour(order_timestamp, ${z}), order_date, count(distinct order_id),
      sum(case when is_sale then quantity else 0 end), sum(case when is_sale then revenue else 0 end)
    from curated.fact_orders
    group by 1, 2`);
}
