/**
 * The figures of each question by plain SQL over fact lines and orders, as one would write it where nobody keeps
 * aggregates: the rival of `bench/questions.ts`.
 */
const sale = `filter (where is_sale)`;
const lastDays = `order_date > (select max(order_date) - 30 from curated.fact_orders)`;
const liveSale = `filter (where status not in ('canceled', 'unavailable'))`;
const lastHours = `order_timestamp >= now() - interval '48 hours'`;
const local = (instant: string): string => `date_trunc('hour', ${instant}, 'America/Sao_Paulo')`;

export const plainQuestions: Record<string, string> = {
  'daily-revenue': `
    select order_date, count(distinct order_id), sum(quantity) ${sale}, sum(revenue) ${sale}
    from curated.fact_orders where ${lastDays} group by 1 order by 1`,
  'sales-week-before': `
    with daily as (
      select order_date, sum(revenue) ${sale} as revenue from curated.fact_orders
      where order_date > (select max(order_date) - 37 from curated.fact_orders) group by 1
    )
    select order_date, revenue, lag(revenue, 7) over (order by order_date) from daily order by 1`,
  'orders-per-category': `
    select category, count(distinct order_id), sum(quantity) ${sale}, sum(fact.revenue) ${sale}
    from curated.fact_orders as fact join curated.dim_products using (product_id)
    where ${lastDays} group by 1 order by 2 desc`,
  'top-products': `
    select product_id, sum(quantity) ${sale}, count(distinct order_id), sum(revenue) ${sale}
    from curated.fact_orders where ${lastDays} group by 1 order by 4 desc nulls last limit 10`,
  'orders-per-hour': `
    select ${local('order_timestamp')}, count(distinct order_id), sum(quantity * price) ${liveSale}
    from shop.orders where ${lastHours} group by 1 order by 1`,
  cancellations: `
    select ${local('status_at')}, count(distinct order_id), sum(quantity * price)
    from shop.orders where status = 'canceled' and status_at >= now() - interval '48 hours' group by 1 order by 1`,
  'revenue-today': `
    select (order_timestamp at time zone 'America/Sao_Paulo')::date, ${local('order_timestamp')}, sum(quantity * price) ${liveSale}
    from shop.orders where order_timestamp >= now() - interval '8 days' group by 1, 2 order by 1, 2`,
  'categories-today': `
    select category, count(*), sum(quantity) ${liveSale}, sum(quantity * orders.price) ${liveSale}
    from shop.orders join shop.products using (product_id)
    where order_timestamp >= ops.day_start((now() at time zone 'America/Sao_Paulo')::date, 'America/Sao_Paulo')
    group by 1 order by 2 desc`,
  'top-products-today': `
    select product_id, sum(quantity) ${liveSale}, sum(quantity * price) ${liveSale}
    from shop.orders where (order_timestamp at time zone 'America/Sao_Paulo')::date = (now() at time zone 'America/Sao_Paulo')::date
    group by 1 order by 3 desc nulls last limit 10`,
  'recent-orders': `
    select order_id, max(order_timestamp), max(status), sum(quantity * price)
    from shop.orders group by 1 order by 2 desc limit 20`,
};
