import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';

/** From here on compiling for speed costs less than it saves (docs/decisions/spark-start.md); order lines. */
const manyLines = 500_000;

/** Whether the shop, by Postgres's own estimate, is one that a job over all of it works on for a minute or more. */
export async function isLargeShop(target: PgTarget): Promise<boolean> {
  try {
    return await withClient(target, async (client) => {
      const { rows } = await client.query<{ lines: number }>(
        "select reltuples::float8 as lines from pg_class where oid = to_regclass('shop.orders')",
      );
      return (rows[0]?.lines ?? 0) >= manyLines;
    });
  } catch {
    // What is wrong with the database is the job's to say.
    return false;
  }
}
