import { withClient } from '../../../src/postgres/connection.ts';
import type { PgTarget } from '../../../src/postgres/target.ts';

/** Customers and products enough to draw orders on. */
export async function fillShop(owner: PgTarget): Promise<void> {
  await withClient(owner, async (client) => {
    await client.query(`
      insert into shop.products (product_id, name, category, price)
      select gen_random_uuid(), 'product ' || i, 'toys', i + 0.9 from generate_series(1, 300) i`);
    await client.query(`
      insert into shop.customers (customer_id, name, email, created_at)
      select gen_random_uuid(), 'João ' || i, 'joao' || i || '@example.com', '2017-01-01' from generate_series(1, 500) i`);
  });
}
