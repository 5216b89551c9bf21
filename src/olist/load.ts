import type pg from 'pg';
import { inTransaction } from '../postgres/connection.ts';
import { inStep } from '../progress.ts';
import { stripTables } from './bare-tables.ts';
import { daysOfLive, fillLive, holdStreams, liveIsBuilt, rebuildLive } from './live-rollups.ts';
import { insertMissing } from './missing-rows.ts';
import { clearForReplace } from './replace.ts';
import { keepRejects, makeRejects, markDays, recordSeed } from './seed-books.ts';
import { withSeedSession } from './seed-session.ts';
import { dropStaging } from './seed-stage.ts';
import type { SeedContext, SeedResult, ShopRows, ShopSource, ShopTables } from './shop-source.ts';
import {
  holdsWhole,
  isSame,
  keepKeys,
  refuseOtherData,
  refuseOtherTimezone,
  shopState,
} from './shop-state.ts';
import { loadedTables, lockAll } from './table-locks.ts';

export interface LoadOptions {
  /** Empty the shop, what was made of it and the books about it first, in the same transaction. */
  replace?: boolean | undefined;
}

export const shop: ShopTables = {
  customers: 'shop.customers',
  products: 'shop.products',
  orders: 'shop.orders',
};

// For one transaction: sorts and hashes of a whole dataset stay in memory where they can.
const generous = `
  set local work_mem = '128MB';
  set local maintenance_work_mem = '512MB'`;

/**
 * Loads a dataset into the shop's tables in one transaction: everything or nothing. Empty tables take the fast path
 * (bare tables, keys afterwards), filled ones get the rows they lack, and a run that finds all rows there writes nothing.
 *
 * @throws ShopPipeError `other_data_seeded`, `timezone_changed`, `seed_running`, `shop_tables_busy`, `not_migrated`,
 * `postgres_connection_lost`, `interrupted`, and what the source throws.
 */
export async function loadShop(
  ctx: SeedContext,
  source: ShopSource,
  options: LoadOptions = {},
): Promise<SeedResult> {
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  const { dataset } = source;
  const replace = options.replace ?? false;
  return withSeedSession(ctx, async (session) => {
    const { client } = session;
    const state = await shopState(client);
    const adds = state.filled && !replace;
    if (adds && state.seed && isSame(state.seed, dataset, await source.digest())) {
      const { rejected, rows } = state.seed;
      if ((await holdsWhole(client)) && (await liveIsBuilt(client)))
        return { dataset, changed: false, rows, rejected, seconds: seconds() };
    }
    await refuseOtherTimezone(client, ctx.timezone, replace);
    await dropStaging(client);
    try {
      // Before it is refused as other data, so that input which cannot be read is told from good input.
      await source.stage?.(session);
      const digest = await source.digest();
      if (adds) refuseOtherData(state.seed, dataset, digest);
      return await inTransaction(client, async () => {
        await client.query(generous);
        if (replace) await clearForReplace(client, ctx.progress);
        await makeRejects(client);
        const { rows, inserted, days } = await fillTables(ctx, client, source);
        const { rejected, kept } = await keepRejects(client);
        const changed = kept > 0 || inserted > 0;
        // Where days are told, rows were added to others.
        if (changed && days === null && source.fillLive)
          await fillLive(client, ctx.timezone, ctx.progress, () => source.fillLive?.(client));
        else if (changed || !(await liveIsBuilt(client)))
          await rebuildLive(client, ctx.timezone, ctx.progress);
        if (changed) {
          await refuseOtherTimezone(client, ctx.timezone, replace);
          await markDays(client, ctx.timezone, days ?? (await daysOfLive(client, ctx.timezone)));
          await keepKeys(client);
          await recordSeed(client, { dataset, digest, rows, rejected, seconds: seconds() });
        }
        session.beforeCommit();
        return { dataset, changed, rows, rejected, seconds: seconds() };
      });
    } finally {
      await dropStaging(client).catch(() => undefined);
    }
  });
}

interface Filled {
  rows: ShopRows;
  inserted: number;
  /** Business days of the order rows that were inserted; null: of all that there are. */
  days: string[] | null;
}

async function fillTables(ctx: SeedContext, client: pg.Client, source: ShopSource): Promise<Filled> {
  if ((await shopState(client)).filled) {
    return inStep(ctx.progress, 'adding missing rows', () =>
      insertMissing(client, ctx.timezone, (into) => source.fill(client, into)),
    );
  }
  const tables = Object.values(shop) as string[];
  await holdStreams(client);
  await lockAll(client, loadedTables);
  if ((await shopState(client)).filled) return fillTables(ctx, client, source);
  const restore = await stripTables(client, tables);
  await client.query(`truncate ${tables.join(', ')}`);
  const rows = await inStep(
    ctx.progress,
    'loading',
    () => source.fill(client, shop),
    (loaded) => `${loaded.orders} order lines`,
  );
  await inStep(ctx.progress, 'keys and indexes', (step) =>
    restore((done, total) => step.advance(done, `${done} of ${total}`)),
  );
  return { rows, inserted: rows.customers + rows.products + rows.orders, days: null };
}
