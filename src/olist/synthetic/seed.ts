import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Step } from '../../progress.ts';
import { copyIn } from '../copy.ts';
import { loadShop } from '../load.ts';
import { LocalClock } from '../local-clock.ts';
import type { SeedContext, SeedResult, ShopRows, ShopSource, ShopTables } from '../shop-source.ts';
import * as calibration from './calibration.ts';
import { type Parameters, parametersFrom } from './parameters.ts';
import type { columns as Columns, SyntheticShop } from './shop.ts';

/** Raised when the code gives other bytes for the same parameters, names and calibration. */
const generatorVersion = 1;

export interface SyntheticOptions {
  /** Distinct orders, 1 … 200,000,000. */
  orders: number;
  /** 0 … 2^53-1: one seed gives one shop, byte for byte. */
  seed: number;
  /** Business days up to 2018-08-31 that the orders are spread over; 608 by default, at most 3,653. */
  days?: number | undefined;
  /** Empty a shop that holds other data first. */
  replace?: boolean | undefined;
}

/**
 * Fills the shop with made-up orders that look like Olist's. Rows are generated while they are copied: memory does not
 * grow with the number of orders. A second run with the same options changes nothing.
 *
 * @throws ShopPipeError `bad_orders`, `bad_seed`, `bad_days`, and what {@link loadShop} throws.
 */
export async function seedSynthetic(ctx: SeedContext, options: SyntheticOptions): Promise<SeedResult> {
  const parameters = parametersFrom(options);
  return loadShop(ctx, syntheticSource(ctx, parameters), { replace: options.replace });
}

function syntheticSource(ctx: SeedContext, parameters: Parameters): ShopSource {
  let made: SyntheticShop | undefined;
  // Not before it is needed, since names come from Faker, which takes a while to load.
  const open = async (): Promise<{ shop: SyntheticShop; columns: typeof Columns }> => {
    const { columns, SyntheticShop } = await import('./shop.ts');
    made ??= new SyntheticShop(parameters);
    return { shop: made, columns };
  };
  return {
    dataset: 'synthetic',
    digest: () => digestOf(parameters),
    async fill(client, into): Promise<ShopRows> {
      const { shop, columns } = await open();
      const copy = (table: keyof ShopTables): Promise<number> => {
        const rows = shop[table]();
        const step = ctx.progress.step(`synthetic ${table}`, { of: rows.of, unit: table });
        return copyRows(ctx, client, copySql(into[table], columns[table]), rows, step);
      };
      const products = await copy('products');
      const customers = await copy('customers');
      return { customers, products, orders: await copy('orders') };
    },
    async fillLive(client): Promise<void> {
      const { shop, columns } = await open();
      const live = shop.live(await LocalClock.of(client, ctx.timezone, ...shop.span));
      const { dailyProductSales, hourlySales } = columns;
      const step = ctx.progress.step('synthetic live rollups', { of: live.of, unit: 'orders' });
      await copyRows(ctx, client, copySql('live.daily_product_sales', dailyProductSales), live, step);
      await copyIn(client, copySql('live.hourly_sales', hourlySales), live.hourly(), ctx.signal);
    },
  };
}

// Frozen rows need no second write by vacuum; Postgres allows it for a table that this transaction truncated.
const copySql = (target: string, columns: readonly string[]): string => {
  const frozen = target.includes('.') ? ', freeze' : '';
  return `copy ${target} (${columns.join(', ')}) from stdin with (format binary${frozen})`;
};

async function copyRows(
  ctx: SeedContext,
  client: pg.Client,
  sql: string,
  rows: AsyncIterable<Buffer> & { readonly done: number },
  step: Step,
): Promise<number> {
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const chunk of rows) {
      yield chunk;
      step.advance(rows.done);
    }
  }
  try {
    const copied = await copyIn(client, sql, watched(), ctx.signal);
    step.end(`${copied} rows`);
    return copied;
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** SHA-256 of everything that the bytes of a synthetic shop depend on. */
async function digestOf(parameters: Parameters): Promise<string> {
  const { pools } = await import('./names.ts');
  // Sorted, since bundlers differ in the order of a module's exports.
  const figures = Object.entries(calibration).sort(([a], [b]) => (a < b ? -1 : 1));
  const input = ['synthetic', generatorVersion, parameters, pools, figures];
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}
