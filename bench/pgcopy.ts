import { join } from 'node:path';
import { withClient } from '../src/postgres/connection.ts';
import { submit } from '../src/spark/submit.ts';
import { ensureSpark } from '../src/toolchain/spark.ts';
import { type Comparison, calibrate, type Figures, machine, median } from './harness.ts';
import type { BenchOptions } from './produce.ts';
import { BenchStack } from './stack.ts';

type Way = 'stage' | 'append' | 'jdbc' | 'insert';

/** pgcopy's two protocols, Spark's JDBC writer and INSERT … SELECT in one warm session, of `--orders` rows each. */
export async function benchPgcopy({ root, rounds, orders, progress }: BenchOptions): Promise<Comparison> {
  const stack = new BenchStack(root);
  try {
    const toolchain = await ensureSpark(root, progress, new AbortController().signal);
    await stack.cli(['up', 'postgres']);
    const { superuser } = stack.targets;
    const database = 'bench_pgcopy';
    await withClient({ ...superuser, database: 'postgres' }, (client) =>
      client.query(`create database ${database}`),
    );
    const rates: Record<Way, number[]> = { stage: [], append: [], jdbc: [], insert: [] };
    const before = calibrate();
    await submit(
      {
        name: 'pgcopy',
        // Minutes of work, as the runs that write so many rows have.
        long: true,
        main: join(root, 'bench', 'rivals', 'writes.py'),
        request: {
          url: `jdbc:postgresql://${superuser.host}:${superuser.port}/${database}`,
          host: superuser.host,
          port: superuser.port,
          database,
          user: superuser.user,
          rows: orders,
          rounds,
        },
        secrets: { BENCH_PASSWORD: superuser.password },
        properties: { 'spark.driver.memory': '2g' },
      },
      {
        toolchain,
        master: 'local[*]',
        confFolder: join(root, 'spark', 'conf'),
        home: stack.folder,
        signal: new AbortController().signal,
        onEvent: ({ way, rate }) => {
          rates[way as Way].push(rate as number);
          progress.note(`${way as Way}: ${Math.round(rate as number).toLocaleString('en-US')} rows/s`);
        },
      },
    );
    const figures = (way: Way): Figures[] => rates[way].map((rate) => ({ 'rows/s': rate }));
    const times = (ours: Way, rival: Way): string => (median(rates[ours]) / median(rates[rival])).toFixed(2);
    return {
      name: 'pgcopy',
      setting: `${orders.toLocaleString('en-US')} cached rows (uuid, uuid, int, numeric, timestamptz, text) into a bare table, from save() to the last row, one warm session`,
      ours: { name: 'pgcopy, stage', runs: figures('stage') },
      rival: { name: "Spark's JDBC append", runs: figures('jdbc') },
      figure: 'rows/s',
      ratios: rates.stage.map((rate, i) => rate / (rates.jdbc[i] ?? Number.NaN)),
      calibration: [before, calibrate()],
      ...machine(),
      notes: [
        `stage is ${times('stage', 'insert')} of INSERT … SELECT of the same rows inside Postgres (${Math.round(median(rates.insert)).toLocaleString('en-US')} rows/s)`,
        `append is ${times('append', 'jdbc')} times Spark's JDBC append (${Math.round(median(rates.append)).toLocaleString('en-US')} rows/s)`,
      ],
    };
  } finally {
    await stack.remove();
  }
}
