import type { Config } from '../config/config.ts';
import type { SeedResult } from '../olist/shop-source.ts';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Progress } from '../progress.ts';

/** Orders of the shop that is made where OLIST_PATH is unset, and the seed that makes it always the same. */
export const syntheticShop = { orders: 50_000, seed: 1 };

export interface FirstShopContext {
  config: Config;
  progress: Progress;
  signal: AbortSignal;
}

/** Olist where OLIST_PATH names it, else the synthetic shop; into tables that hold none. */
export async function seedFirstShop({ config, progress, signal }: FirstShopContext): Promise<SeedResult> {
  const seedContext = { owner: config.postgres.owner, timezone: config.timezone, progress, signal };
  if (config.olistPath !== null) {
    const { seedOlist } = await import('../olist/seed.ts');
    return seedOlist(seedContext, { path: config.olistPath });
  }
  progress.note(
    `OLIST_PATH is unset: a synthetic shop of ${syntheticShop.orders.toLocaleString('en-US')} Olist-shaped orders (seed ${syntheticShop.seed}) stands in for the real dataset`,
  );
  const { seedSynthetic } = await import('../olist/synthetic/seed.ts');
  return seedSynthetic(seedContext, syntheticShop);
}

/** What the tables hold by the last seed, and whether an earlier run came to its end and its curated days are there. */
export async function readBooks(owner: PgTarget): Promise<{ dataset: string | null; done: boolean }> {
  return withClient(owner, async (client) => {
    const { rows } = await client.query<{ dataset: string | null; done: boolean }>(`
      select
        (select dataset from ops.seeds order by seed_id desc limit 1) as dataset,
        exists (select from ops.settings where name = 'demo') and exists (select from ops.curated_days) as done`);
    return rows[0] ?? { dataset: null, done: false };
  });
}
