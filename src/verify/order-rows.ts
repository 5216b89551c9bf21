import type pg from 'pg';
import { type Check, counted, examplesShown, listed, passed } from './check.ts';

const state = ['version', 'customer_id', 'order_timestamp', 'status', 'status_at'] as const;

/** All rows of an order are of one version: an event replaces the whole state of its order. */
export async function orderRowsCheck(client: pg.Client): Promise<Check> {
  const name = 'orders_one_version';
  const hashed = `hash_record_extended(row(${state.join(', ')}), 0)`;
  const { rows: sums } = await client.query<{ orders: number; torn: number }>(
    `select count(*)::integer as orders, count(*) filter (where torn)::integer as torn
    from (select min(${hashed}) <> max(${hashed}) as torn from shop.orders group by order_id) as orders`,
  );
  const { orders = 0, torn = 0 } = sums[0] ?? {};
  if (torn === 0) return passed(name, counted(orders, 'order'));
  const { rows } = await client.query<{ order_id: string; columns: string }>(
    `select order_id, concat_ws(', ',
        ${state.map((column) => `case when count(distinct ${column}) + count(distinct ${column} is null) > 2 then '${column}' end`).join(',\n        ')}
      ) as columns
    from shop.orders
    group by order_id
    having min(${hashed}) <> max(${hashed})
    order by order_id
    limit ${examplesShown}`,
  );
  const examples = rows.map(({ order_id: id, columns }) => `the rows of ${id} differ in ${columns}`);
  return { name, ok: false, expected: 'one state per order', actual: listed(examples, torn) };
}
