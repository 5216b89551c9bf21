import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { columns } from '../src/olist/synthetic/shop.ts';
import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';
import { type Comparison, compare, type Figures } from './harness.ts';
import { memoryOf } from './memory.ts';
import type { BenchOptions } from './produce.ts';
import { type ShopTable, sameShop, shopTables, zone } from './same-shop.ts';
import { BenchStack } from './stack.ts';

const rowsPerStatement = 1_000;

/**
 * `seed synthetic` against multi-row INSERTs (1,000 rows each, one transaction) of the very rows into the same tables, which
 * have their keys from the start, and the live rollups by SQL. The rival's rows come from files, ready made; ours are generated.
 */
export async function benchSeed({ root, rounds, orders, progress }: BenchOptions): Promise<Comparison> {
  const stack = new BenchStack(root);
  const seed = ['seed', 'synthetic', '--orders', String(orders), '--seed', '1'];
  try {
    await stack.cli(['up', 'postgres']);
    await stack.cli(['migrate']);
    // A shop without rows is what each run starts from.
    const seeded = await stack.copy('bench_seeded');
    await stack.cli(seed, seeded.env);
    for (const table of shopTables) await save(seeded.owner, table, stack.folder);
    const comparison = await compare(
      {
        name: 'seed',
        setting: `${orders.toLocaleString('en-US')} synthetic orders with products, customers, keys, checks, indexes and live rollups, from the command to its end`,
        figure: 'seconds',
        rounds,
        onRound: (text) => progress.note(text),
      },
      {
        name: 'shop-pipe seed synthetic',
        async run(): Promise<Figures> {
          const { env } = await stack.copy('bench_ours');
          const started = performance.now();
          await stack.cli(seed, { ...env, SHOP_TIMEZONE: zone });
          return { seconds: (performance.now() - started) / 1000 };
        },
      },
      {
        name: 'multi-row INSERT',
        async run(): Promise<Figures> {
          const { owner } = await stack.copy('bench_rival');
          const started = performance.now();
          await withClient(owner, async (client) => {
            await client.query('begin');
            for (const table of shopTables) await insert(client, table, stack.folder);
            await client.query('select live.rebuild($1)', [zone]);
            await client.query('commit');
            await client.query('analyze shop.products, shop.customers, shop.orders');
          });
          return { seconds: (performance.now() - started) / 1000 };
        },
      },
    );
    const { env } = await stack.copy('bench_memory');
    const memory = await memoryOf(join(root, 'bin', 'shop-pipe.mjs'), seed, stack.folder, env);
    await sameShop(stack);
    return {
      ...comparison,
      notes: [
        'both sides make equal tables (count, and sum of a 64-bit hash of each row)',
        `resident memory of the seeding process: peak ${Math.round(memory.peak)} MB`,
      ],
    };
  } finally {
    await stack.remove();
  }
}

/** The rows as lines of JSON arrays of strings. */
const save = (target: PgTarget, table: ShopTable, folder: string): Promise<void> =>
  withClient(target, async (client) => {
    const list = columns[table].map((column) => `${column}::text`).join(', ');
    const out = client.query(
      copyTo(`copy (select json_build_array(${list})::text from shop.${table}) to stdout`),
    );
    await pipeline(out, createWriteStream(join(folder, `${table}.jsonl`)));
  });

async function insert(client: pg.Client, table: ShopTable, folder: string): Promise<void> {
  const names = columns[table];
  const statement = (rows: number): string => {
    const tuple = (row: number): string =>
      `(${names.map((_, i) => `$${row * names.length + i + 1}`).join(',')})`;
    return `insert into shop.${table} (${names.join(',')}) values ${Array.from({ length: rows }, (_, row) => tuple(row)).join(',')}`;
  };
  const whole = { name: `insert ${table}`, text: statement(rowsPerStatement) };
  let values: (string | null)[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    if (rows === 0) return;
    await client.query(rows === rowsPerStatement ? { ...whole, values } : { text: statement(rows), values });
    values = [];
    rows = 0;
  };
  // COPY's text format doubles the backslashes of JSON; the rows have none.
  for await (const line of createInterface({ input: createReadStream(join(folder, `${table}.jsonl`)) })) {
    for (const value of JSON.parse(line) as (string | null)[]) values.push(value);
    rows += 1;
    if (rows === rowsPerStatement) await flush();
  }
  await flush();
}
