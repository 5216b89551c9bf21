import type pg from 'pg';
import { type Check, counted, examplesShown, listed, passed } from '../check.ts';
import { foldedOrders } from './fold-table.ts';

const fields = [
  'customer_id',
  'order_timestamp',
  'status',
  'status_at',
  'product_ids',
  'quantities',
  'prices',
] as const;

// Rows of different states make one order several here, and at most one of them can be as folded.
const held = `
  select
    order_id,
    version,
    customer_id,
    order_timestamp,
    status,
    status_at,
    array_agg(product_id order by product_id) as product_ids,
    array_agg(quantity order by product_id) as quantities,
    array_agg(price order by product_id) as prices
  from shop.orders
  where version > 0 or order_id in (select order_id from folded)
  group by order_id, version, customer_id, order_timestamp, status, status_at`;

type Kind = 'behind' | 'ahead' | 'missing' | 'unexplained' | 'different';

interface Difference {
  kind: Kind;
  total: string;
  order_id: string;
  held_version: number | null;
  folded_version: number | null;
  /** `status shipped instead of delivered`, … */
  changes: string | null;
}

/**
 * Every folded order against shop.orders, and every order that an event made against the fold.
 *
 * @param history whether messages were applied that the fold cannot know: then the shop may be ahead of it, and may have
 * orders that it lacks
 */
export async function compareOrders(
  client: pg.Client,
  history: boolean,
): Promise<{ checks: Check[]; orders: number }> {
  const of = (side: string): string => fields.map((field) => `${side}.${field}`).join(', ');
  const change = (field: string): string =>
    `case when held.${field} is distinct from folded.${field} then format('${field} %s instead of %s', coalesce(held.${field}::text, 'null'), folded.${field}) end`;
  const { rows } = await client.query<Difference>(
    `with folded as materialized (${foldedOrders}),
    held as (${held}),
    found as (
      select
        case
          when held.order_id is null then 'missing'
          when folded.order_id is null then 'unexplained'
          when held.version < folded.version then 'behind'
          when held.version > folded.version then 'ahead'
          else 'different'
        end as kind,
        order_id,
        held.version as held_version,
        folded.version as folded_version,
        concat_ws(', ', ${fields.map(change).join(', ')}) as changes
      from folded
      full join held using (order_id)
      where (held.version, ${of('held')}) is distinct from (folded.version, ${of('folded')})
    ),
    ranked as (
      select *, count(*) over (partition by kind) as total, row_number() over (partition by kind order by order_id) as nth
      from found
    )
    select kind, total, order_id, held_version, folded_version, changes
    from ranked
    where nth <= ${examplesShown}
    order by kind, nth`,
  );
  const { rows: sums } = await client.query<{ orders: number }>(
    `select count(*)::integer as orders from (${foldedOrders}) as folded`,
  );
  const orders = sums[0]?.orders ?? 0;
  const tolerated: readonly Kind[] = history ? ['ahead', 'unexplained'] : [];
  const check = (name: string, kinds: readonly Kind[]): Check => {
    const found = rows.filter(({ kind }) => kinds.includes(kind) && !tolerated.includes(kind));
    if (found.length === 0) return passed(name, counted(orders, 'order'));
    const totals = new Map(found.map(({ kind, total }) => [kind, Number(total)]));
    const total = [...totals.values()].reduce((sum, n) => sum + n, 0);
    return {
      name,
      ok: false,
      expected: counted(orders, 'order'),
      actual: `${counted(total, 'order')} differing: ${listed(found.map(tell), total)}`,
    };
  };
  return {
    orders,
    checks: [
      check('deep_versions', ['behind', 'ahead']),
      check('deep_orders', ['missing', 'unexplained', 'different']),
    ],
  };
}

function tell({ kind, order_id: id, held_version, folded_version, changes }: Difference): string {
  switch (kind) {
    case 'missing':
      return `${id} is missing, Kafka has its version ${folded_version}`;
    case 'unexplained':
      return `${id} is at version ${held_version}, of which Kafka has no message`;
    case 'behind':
      return `${id} went back to version ${held_version}, Kafka has ${folded_version}`;
    case 'ahead':
      return `${id} is at version ${held_version}, Kafka has only ${folded_version}`;
    case 'different':
      return `${id} has ${changes}`;
  }
}
