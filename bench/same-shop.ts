import { columns } from '../src/olist/synthetic/shop.ts';
import { withClient } from '../src/postgres/connection.ts';
import type { BenchStack } from './stack.ts';

/** In the order of their foreign keys. */
export const shopTables = ['products', 'customers', 'orders'] as const;
export type ShopTable = (typeof shopTables)[number];

/** Compares the databases of the last runs. @throws Error naming the table that the two sides filled differently. */
export async function sameShop(stack: BenchStack): Promise<void> {
  const { owner } = stack.targets;
  const digest = (database: string, table: ShopTable): Promise<string> =>
    withClient({ ...owner, database }, async (client) => {
      const list = columns[table].join(', ');
      const { rows } = await client.query<{ digest: string }>(
        `select count(*) || ' ' || sum(hashtextextended(row(${list})::text, 0)::numeric) as digest from shop.${table}`,
      );
      return rows[0]?.digest ?? '';
    });
  for (const table of shopTables) {
    if ((await digest('bench_ours', table)) !== (await digest('bench_rival', table)))
      throw new Error(`shop.${table} differs between the two sides`);
  }
}
