import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { copyIn } from '../src/olist/copy.ts';
import { readHeader } from '../src/olist/csv-header.ts';
import { shop } from '../src/olist/load.ts';
import { stageTableOf } from '../src/olist/olist-files.ts';
import { insertRows } from '../src/olist/olist-fill.ts';
import { openOlist } from '../src/olist/olist-path.ts';
import { withClient } from '../src/postgres/connection.ts';
import { type Comparison, compare, type Figures } from './harness.ts';
import type { BenchOptions } from './produce.ts';
import { sameShop, zone } from './same-shop.ts';
import { BenchStack } from './stack.ts';

/** Columns of the files that are no text. */
const types: Readonly<Record<string, string>> = {
  customer_id: 'uuid',
  customer_unique_id: 'uuid',
  order_id: 'uuid',
  product_id: 'uuid',
  order_purchase_timestamp: 'timestamp',
  price: 'numeric(12, 2)',
};

/** `seed olist` of OLIST_PATH against the same SQL by hand in one transaction, which refuses nothing, into tables with keys. */
export async function benchSeedOlist({ root, rounds, progress }: BenchOptions): Promise<Comparison> {
  const path = process.env['OLIST_PATH'];
  if (!path) throw new Error('set OLIST_PATH to the Olist dataset');
  const stack = new BenchStack(root);
  try {
    await stack.cli(['up', 'postgres']);
    await stack.cli(['migrate']);
    const comparison = await compare(
      {
        name: 'seed-olist',
        setting:
          'Olist from its zip with products, customers, keys, checks, indexes and live rollups, from the command to its end',
        figure: 'seconds',
        rounds,
        onRound: (text) => progress.note(text),
      },
      {
        name: 'shop-pipe seed olist',
        async run(): Promise<Figures> {
          const { env } = await stack.copy('bench_ours');
          const started = performance.now();
          await stack.cli(['seed', 'olist', '--path', path], { ...env, SHOP_TIMEZONE: zone });
          return { seconds: (performance.now() - started) / 1000 };
        },
      },
      {
        name: 'the same SQL by hand',
        async run(): Promise<Figures> {
          const { owner } = await stack.copy('bench_rival');
          const started = performance.now();
          await withClient(owner, (client) => seedByHand(client, root, path));
          return { seconds: (performance.now() - started) / 1000 };
        },
      },
    );
    await sameShop(stack);
    return {
      ...comparison,
      notes: ['both sides make equal tables (count, and sum of a 64-bit hash of each row)'],
    };
  } finally {
    await stack.remove();
  }
}

async function seedByHand(client: pg.Client, root: string, path: string): Promise<void> {
  const { files, close } = await openOlist(path);
  await client.query('begin');
  for (const { name, read } of files) {
    const { columns, rest } = await readHeader(name, read());
    const list = columns.map((column) => `${pg.escapeIdentifier(column)} ${types[column] ?? 'text'}`);
    await client.query(`create temp table ${stageTableOf(name)} (${list.join(', ')})`);
    await copyIn(client, `copy ${stageTableOf(name)} from stdin with (format csv, header)`, rest, undefined);
  }
  await close();
  await client.query(readFileSync(join(root, 'bench', 'rivals', 'olist.sql'), 'utf8'));
  await insertRows(client, shop);
  await client.query('select live.rebuild($1)', [zone]);
  await client.query('commit');
  await client.query('analyze shop.products, shop.customers, shop.orders');
}
