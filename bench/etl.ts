import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PgTarget } from '../src/postgres/target.ts';
import type { EtlResult } from '../src/spark/etl.ts';
import { submit } from '../src/spark/submit.ts';
import { ensureSpark, type SparkToolchain } from '../src/toolchain/spark.ts';
import { buildBySql, emptyRivalTables, sameTables } from './curated-tables.ts';
import { type Comparison, compare, type Figures, type Side } from './harness.ts';
import type { BenchOptions } from './produce.ts';
import { BenchStack } from './stack.ts';

const zone = 'America/Sao_Paulo';

/** The whole shop curated by `etl run --full`, against the same job with Spark's default session and JDBC. */
export const benchEtl = (options: BenchOptions): Promise<Comparison> =>
  bench(options, 'etl', (stack, toolchain) => ({
    name: 'default session, JDBC',
    async make(target) {
      await emptyRivalTables(target, zone);
      const started = performance.now();
      const home = join(stack.folder, 'rival');
      mkdirSync(home, { recursive: true });
      await submit(
        {
          name: 'rival',
          main: join(options.root, 'bench', 'rivals', 'etl_jdbc.py'),
          request: {
            url: `jdbc:postgresql://${target.host}:${target.port}/${target.database}`,
            user: target.user,
            timezone: zone,
          },
          secrets: { BENCH_PASSWORD: target.password },
          // What Spark has where nobody chose: no JVM options, and no archive of classes.
          properties: { 'spark.driver.extraJavaOptions': '', 'spark.driver.memory': '2g' },
        },
        {
          toolchain: { ...toolchain, classArchive: null },
          master: 'local[*]',
          confFolder: join(options.root, 'spark', 'conf'),
          home,
          signal: new AbortController().signal,
          onEvent: () => undefined,
        },
      );
      return (performance.now() - started) / 1000;
    },
  }));

/** The same against plain SQL inside Postgres, which has neither a cluster to start nor rows to move. */
export const benchEtlSql = (options: BenchOptions): Promise<Comparison> =>
  bench(options, 'etl-sql', () => ({
    name: 'plain SQL',
    async make(target) {
      const started = performance.now();
      await buildBySql(target, options.root, zone);
      return (performance.now() - started) / 1000;
    },
  }));

interface Rival {
  name: string;
  /** Makes the tables in schema `rival` of a fresh copy; how many seconds it took. */
  make(target: PgTarget): Promise<number>;
}

async function bench(
  { root, rounds, orders, progress }: BenchOptions,
  name: string,
  rivalOf: (stack: BenchStack, toolchain: SparkToolchain) => Rival,
): Promise<Comparison> {
  const stack = new BenchStack(root);
  try {
    const toolchain = await ensureSpark(root, progress, new AbortController().signal);
    await stack.cli(['up', 'postgres']);
    progress.note(`seeding ${orders.toLocaleString('en-US')} orders`);
    await stack.cli(['seed', 'synthetic', '--orders', String(orders), '--seed', '1']);
    const rival = rivalOf(stack, toolchain);
    const full = async (env: { POSTGRES_DB: string }): Promise<EtlResult> =>
      stack.json<EtlResult>(['etl', 'run', '--full'], {
        SPARK_DRIVER_MEMORY: '2g',
        SHOP_TIMEZONE: zone,
        ...env,
      });
    const ours: Side = {
      name: 'shop-pipe etl run --full',
      async run(): Promise<Figures> {
        const { env } = await stack.copy('bench_ours');
        const started = performance.now();
        const { seconds } = await full(env);
        return {
          seconds: (performance.now() - started) / 1000,
          'of it in the job, s': seconds['job'] ?? Number.NaN,
        };
      },
    };
    const comparison = await compare(
      {
        name,
        setting: `the curated tables of ${orders.toLocaleString('en-US')} synthetic orders with keys, dimensions and aggregates, from the command to its end, a 2 GB driver`,
        figure: 'seconds',
        rounds,
        onRound: (text) => progress.note(text),
      },
      ours,
      {
        name: rival.name,
        run: async (): Promise<Figures> => ({
          seconds: await rival.make((await stack.copy('bench_rival')).owner),
        }),
      },
    );
    // Both once more in one database, for the comparison.
    const both = await stack.copy('bench_both');
    await rival.make(both.owner);
    await full(both.env);
    await sameTables(both.superuser);
    const day = await dayOf(stack, both.env);
    return { ...comparison, notes: ['both sides make equal tables (EXCEPT ALL, both ways)', day] };
  } finally {
    await stack.remove();
  }
}

/** A day on top of the whole: how long the daily run takes. */
async function dayOf(stack: BenchStack, env: { POSTGRES_DB: string }): Promise<string> {
  const seconds: number[] = [];
  for (const day of ['2018-05-01', '2018-05-02', '2018-05-03']) {
    const started = performance.now();
    await stack.cli(['etl', 'run', '--date', day], env);
    seconds.push((performance.now() - started) / 1000);
  }
  return `etl run --date, command to end: ${seconds.map((one) => one.toFixed(1)).join(', ')} s`;
}
