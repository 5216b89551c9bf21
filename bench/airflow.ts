import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays } from '../src/airflow/business-day.ts';
import type { DagLogs } from '../src/airflow/logs.ts';
import type { Triggered } from '../src/airflow/trigger.ts';
import { capture } from '../src/process/capture.ts';
import { ensureAirflow } from '../src/toolchain/airflow.ts';
import { findPython } from '../src/toolchain/python.ts';
import { ensureSpark } from '../src/toolchain/spark.ts';
import { type Comparison, compare, type Figures, median } from './harness.ts';
import { type GroupMemory, memoryOfMarked } from './memory.ts';
import type { BenchOptions } from './produce.ts';

const dag = 'shop_daily_etl';
/** The synthetic shop has orders on each day from here on. */
const firstDay = '2018-03-01';

/**
 * A day run by Airflow (`dag trigger --wait`: source check, Spark, checks, asset event) against the same command by hand
 * (`etl run`), each round a day that was not run before; and what it costs to have an Airflow at all.
 */
export async function benchAirflow({ root, rounds, orders, progress }: BenchOptions): Promise<Comparison> {
  // As /proc has it: on some machines the temporary folder is a link.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'shop-pipe-bench-'));
  const home = join(folder, '.shop-pipe');
  const cli = async <T>(...args: string[]): Promise<{ document: T; seconds: number }> => {
    const since = performance.now();
    const file = join(root, 'bin', 'shop-pipe.mjs');
    const { code, output } = await capture(file, [...args, '--json'], { cwd: folder });
    if (code !== 0) throw new Error(`shop-pipe ${args.join(' ')} failed: ${output}`);
    const line = output.split('\n').find((one) => /^[{[]/.test(one)) ?? 'null';
    return { document: JSON.parse(line) as T, seconds: (performance.now() - since) / 1000 };
  };
  const memory = (): GroupMemory => memoryOfMarked(`SHOP_PIPE_SERVICE=${home}#`);
  try {
    const { signal } = new AbortController();
    await Promise.all([ensureAirflow(root, findPython(), { signal }), ensureSpark(root, progress, signal)]);
    const empty = (await cli('up', 'airflow')).seconds;
    const again: number[] = [];
    for (let round = 0; round < Math.max(1, rounds); round += 1) {
      await cli('down');
      again.push((await cli('up', 'airflow')).seconds);
      progress.note(`up after down: ${again.at(-1)?.toFixed(1)} s`);
    }
    const started = memory();
    await cli('seed', 'synthetic', '--orders', String(orders), '--seed', '1');

    let days = 0;
    const nextDay = (): string => addDays(firstDay, days++);
    const comparison = await compare(
      {
        name: 'airflow',
        setting: `a business day of a shop of ${orders.toLocaleString('en-US')} orders, not curated before, by \`dag trigger ${dag} --wait\` and by \`etl run\``,
        figure: 'seconds',
        rounds,
        onRound: (text) => progress.note(text),
      },
      {
        name: 'dag trigger --wait',
        async run(): Promise<Figures> {
          const { document, seconds } = await cli<Triggered>(
            ...['dag', 'trigger', dag, '--date', nextDay(), '--wait'],
          );
          if (document.skipped !== null) throw new Error(`${document.run.date} has no orders`);
          const { document: logs } = await cli<DagLogs>(
            ...['dag', 'logs', dag, '--run', document.run.run_id],
          );
          const { all, etl } = callsOf(logs);
          return {
            seconds,
            'etl run within it, s': etl,
            "Airflow's own share, s": seconds - all,
            'memory (PSS), MB': memory().pss,
            'memory (RSS), MB': memory().rss,
          };
        },
      },
      {
        name: 'etl run',
        run: async (): Promise<Figures> => ({
          seconds: (await cli('etl', 'run', '--date', nextDay())).seconds,
        }),
      },
    );
    const ended = memory();
    const s = (n: number): string => `${n.toFixed(1)} s`;
    const megabytes = ({ pss, rss }: GroupMemory): string =>
      `${Math.round(pss)} MB (RSS ${Math.round(rss)} MB)`;
    return {
      ...comparison,
      notes: [
        `healthy ${s(empty)} after \`up airflow\` in an empty project (Postgres, roles and tables of both included), ${s(median(again))} (${s(Math.min(...again))} to ${s(Math.max(...again))}) after \`down\`; toolchain cached`,
        `memory of all Airflow processes in proportion (PSS: what they share counts once): ${megabytes(started)} just started, ${megabytes(ended)} after all runs`,
        "Airflow's own share is the wall time less the calls of the command line within the tasks, by the task logs",
      ],
    };
  } finally {
    await cli('down', '--purge').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that the tasks of a run waited for the command line, and of these for `etl run`. */
function callsOf({ logs }: DagLogs): { all: number; etl: number } {
  const seconds = { all: 0, etl: 0 };
  for (const { task, lines } of logs) {
    const begun = lines.find(({ text }) => text.startsWith('calling '));
    if (begun === undefined) continue;
    const ended = lines.findLast(({ text }) => text === 'Pushing xcom');
    if (begun.at === null || ended === undefined || ended.at === null)
      throw new Error(`the log of ${task} does not say how long its call took`);
    const took = (Date.parse(ended.at) - Date.parse(begun.at)) / 1000;
    seconds.all += took;
    if (task === 'spark') seconds.etl += took;
  }
  return seconds;
}
