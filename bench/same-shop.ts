import { columns } from '../src/olist/synthetic/shop.ts';
import { withClient } from '../src/postgres/connection.ts';
import type { BenchStack } from './stack.ts';

/** Of the live rollups' days and hours, on both sides. */
export const zone = 'America/Sao_Paulo';

/** In the order of their foreign keys. */
export const shopTables = ['products', 'customers', 'orders'] as const;
export type ShopTable = (typeof shopTables)[number];

const tables: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ...shopTables.map((table) => [`shop.${table}`, columns[table]] as const),
  ['live.daily_product_sales', columns.dailyProductSales],
  ['live.hourly_sales', columns.hourlySales],
];

/** Compares the databases of the last runs. @throws Error naming the table that the two sides filled differently. */
export async function sameShop(stack: BenchStack): Promise<void> {
  const { owner } = stack.targets;
  const digest = (database: string, table: string, list: readonly string[]): Promise<string> =>
    withClient({ ...owner, database }, async (client) => {
      const { rows } = await client.query<{ digest: string }>(
        `select count(*) || ' ' || sum(hashtextextended(row(${list.join(', ')})::text, 0)::numeric) as digest from ${table}`,
      );
      return rows[0]?.digest ?? '';
    });
  for (const [table, list] of tables) {
    if ((await digest('bench_ours', table, list)) !== (await digest('bench_rival', table, list)))
      throw new Error(`${table} differs between the two sides`);
  }
}
