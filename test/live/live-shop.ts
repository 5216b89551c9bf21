import type pg from 'pg';

const categories = [
  'bed_bath_table',
  'health_beauty',
  'sports_leisure',
  'furniture_decor',
  'computers_accessories',
  'housewares',
  'watches_gifts',
  'telephony',
  'garden_tools',
  'auto',
  'toys',
  'cool_stuff',
  'perfumery',
  'baby',
  'stationery',
];
const things = [
  'Almofada',
  'Luminária',
  'Relógio',
  'Mochila',
  'Teclado',
  'Panela',
  'Perfume',
  'Bola',
  'Cadeira',
  'Espelho',
  'Vaso',
  'Fone',
];
const kinds = ['Aurora', 'Ipanema', 'Serena', 'Atlântica', 'Jatobá', 'Bahia', 'Pantanal', 'Minas'];

/** A shop of some products whose last days are full of orders, up to this moment, as a stream would have left it. */
export async function fillShop(
  owner: pg.Client,
  {
    zone,
    days = 10,
    ordersPerDay = 2_000,
    products = 120,
  }: { zone: string; days?: number; ordersPerDay?: number; products?: number },
): Promise<void> {
  await owner.query(
    `insert into shop.customers (customer_id, name, email, created_at)
     select md5('c' || n)::uuid, 'Ana', 'ana' || n || '@example.com', now() from generate_series(1, 50) as n`,
  );
  await owner.query(
    `insert into shop.products (product_id, name, category, price)
     select
       md5('p' || n)::uuid,
       ($1::text[])[1 + n % cardinality($1::text[])] || ' ' || ($2::text[])[1 + n / cardinality($1::text[]) % cardinality($2::text[])] || ' ' || n,
       ($3::text[])[1 + (n * 7) % cardinality($3::text[])],
       round((19.9 + 180 * abs(sin(n)))::numeric, 2)
     from generate_series(1, $4::integer) as n`,
    [things, kinds, categories, products],
  );
  // More by day than by night, and on products of low numbers.
  await owner.query(
    `with placed as (
       select n, at
       from generate_series(1, $1::integer * $2::integer) as n
       cross join lateral (select now() - n * (interval '1 day' / $2::integer) as at) as clock
       where abs(sin(n * 12.9898) * 43758.5453) - floor(abs(sin(n * 12.9898) * 43758.5453))
         < (0.35 + 0.6 * sin(pi() * extract(hour from at at time zone $3) / 24)) * (0.8 + 0.2 * sin(extract(doy from at at time zone $3) * 0.9))
     )
     insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
     select
       md5('o' || n)::uuid, md5('p' || product)::uuid, md5('c' || 1 + n % 50)::uuid, 1 + (n % 11 = 0)::integer,
       (select price from shop.products where product_id = md5('p' || product)::uuid), at,
       case when n % 31 = 0 then 'canceled' when at < now() - interval '3 days' then 'delivered' when at < now() - interval '6 hours' then 'shipped' else 'approved' end,
       2, at + (now() - at) / 3
     from placed
     cross join lateral (
       select distinct 1 + floor($4 * power(abs(sin(n * line * 1.7)), 1.6))::integer as product from generate_series(1, 1 + (n % 6 = 0)::integer) as line
     ) as lines
     where product <= $4`,
    [days, ordersPerDay, zone, products],
  );
  await owner.query('select live.rebuild($1)', [zone]);
  await owner.query('analyze');
}

/** What the batch would have published of the days before today. */
export async function publish(owner: pg.Client, zone: string): Promise<void> {
  await owner.query(
    `insert into curated.daily_sales
     select ops.business_day(order_timestamp, $1), count(distinct order_id), 0, 0, sum(quantity) filter (where status <> 'canceled'),
       sum(quantity * price) filter (where status <> 'canceled')
     from shop.orders where ops.business_day(order_timestamp, $1) < ops.business_day(now(), $1) group by 1`,
    [zone],
  );
  await owner.query(
    `insert into curated.daily_category_sales
     select ops.business_day(order_timestamp, $1), category, count(distinct order_id), coalesce(sum(quantity) filter (where status <> 'canceled'), 0),
       coalesce(sum(quantity * orders.price) filter (where status <> 'canceled'), 0)
     from shop.orders join shop.products using (product_id)
     where ops.business_day(order_timestamp, $1) < ops.business_day(now(), $1) group by 1, 2`,
    [zone],
  );
  await owner.query(
    `insert into ops.etl_runs (epoch, requested, timezone, days, state, started_at, finished_at)
     select 1, '{"kind":"full"}', $1, array_agg(order_date), 'succeeded', now() - interval '3 hours', now() - interval '3 hours' + interval '41 seconds'
     from curated.daily_sales`,
    [zone],
  );
}

/** The books of a stream that runs and is heard of for an hour, and the lock that its driver holds: until `owner` is closed. */
export async function takeStream(owner: pg.Client): Promise<void> {
  await owner.query(
    `insert into ops.streams (name, topic, cluster_id, topic_id, state, started_at, heartbeat_at)
     values ('orders', 'shop.orders', 'c', 't', 'running', now() - interval '10 minutes', now() + interval '1 hour')`,
  );
  await owner.query(`select pg_advisory_lock(hashtextextended('shop-pipe stream ' || 'orders', 0))`);
}

/**
 * One merge, as the stream does it: in one transaction orders come and some are canceled, rollups and books with them.
 *
 * @returns the orders that came, and those that were canceled.
 */
export async function merge(
  owner: pg.Client,
  { zone, orders, canceled = 0 }: { zone: string; orders: number; canceled?: number },
): Promise<void> {
  await owner.query('begin');
  await owner.query('create temporary table if not exists come (like shop.orders) on commit delete rows');
  await owner.query('create temporary table if not exists gone (like shop.orders) on commit delete rows');
  await owner.query(
    `insert into come (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
     select gen_random_uuid(), product_id, md5('c' || 1 + n % 50)::uuid, 1 + (random() < 0.1)::integer, price, clock_timestamp() - random() * interval '200 ms', 'created', 1, clock_timestamp()
     from (
       -- Drawn before the join, which would draw anew for each product that it tries.
       select n, 1 + floor((select count(*) from shop.products) * power(random(), 1.6))::integer as product
       from generate_series(1, $1::integer) as n offset 0
     ) as drawn
     join shop.products on product_id = md5('p' || product)::uuid`,
    [orders],
  );
  await owner.query(`insert into shop.orders select * from come`);
  await owner.query(
    `with chosen as (
       select distinct order_id from (
         select order_id from shop.orders
         where order_timestamp > now() - interval '30 minutes' and status <> 'canceled' order by order_timestamp desc limit 500
       ) as newest limit $1
     ), changed as (
       update shop.orders set status = 'canceled', status_at = now(), version = version + 1
       from chosen where orders.order_id = chosen.order_id returning orders.*
     )
     insert into gone select * from changed`,
    [canceled],
  );
  await owner.query(
    `insert into live.hourly_sales as held
     select order_hour, sum(orders), sum(units), sum(revenue), sum(cancellations), sum(lost)
     from (
       select ops.business_hour(order_timestamp, $1) as order_hour, count(distinct order_id) as orders, sum(quantity) as units, sum(quantity * price) as revenue, 0 as cancellations, 0 as lost
       from come group by 1
       union all
       select ops.business_hour(order_timestamp, $1), 0, -sum(quantity), -sum(quantity * price), 0, 0 from gone group by 1
       union all
       select ops.business_hour(status_at, $1), 0, 0, 0, count(distinct order_id), sum(quantity * price) from gone group by 1
     ) as parts group by order_hour order by order_hour
     on conflict (order_hour) do update set
       orders = held.orders + excluded.orders, units = held.units + excluded.units, revenue = held.revenue + excluded.revenue,
       cancellations = held.cancellations + excluded.cancellations, canceled_revenue = held.canceled_revenue + excluded.canceled_revenue`,
    [zone],
  );
  await owner.query(
    `insert into live.daily_product_sales as held
     select order_date, product_id, sum(orders), sum(units), sum(revenue), sum(cancellations)
     from (
       select ops.business_day(order_timestamp, $1) as order_date, product_id, 1 as orders, quantity as units, quantity * price as revenue, 0 as cancellations from come
       union all
       select ops.business_day(order_timestamp, $1), product_id, 0, -quantity, -quantity * price, 0 from gone
       union all
       select ops.business_day(status_at, $1), product_id, 0, 0, 0, 1 from gone
     ) as parts group by order_date, product_id order by order_date, product_id
     on conflict (order_date, product_id) do update set
       orders = held.orders + excluded.orders, units = held.units + excluded.units, revenue = held.revenue + excluded.revenue,
       cancellations = held.cancellations + excluded.cancellations`,
    [zone],
  );
  await owner.query(
    `insert into ops.stream_batches (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds)
     select 'orders', 0, '{}', $1, $1, 0, 0, 0, 0, 0, jsonb_build_object((54 + floor(10 * random() * random()))::text, $1::integer), '{}'
     from ops.streams`,
    [orders + canceled],
  );
  await owner.query(
    `update ops.streams set batches = batches + 1, read = read + $1, applied = applied + $1, heartbeat_at = greatest(heartbeat_at, clock_timestamp())`,
    [orders + canceled],
  );
  await owner.query('commit');
}
