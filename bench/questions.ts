import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import type pg from 'pg';
import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';
import { capture } from '../src/process/capture.ts';
import { listQuestions } from '../src/reports/catalogue.ts';
import { compile } from '../src/reports/compile.ts';
import { parameterValues } from '../src/reports/parameters.ts';
import type { Question } from '../src/reports/question.ts';
import { RecordedApi } from '../test/metabase/recorded.ts';
import { MetabaseStandIn } from '../test/metabase/server.ts';
import { type Comparison, compare, type Figures, median } from './harness.ts';
import type { BenchOptions } from './produce.ts';
import { plainQuestions } from './rivals/questions.ts';

/** Milliseconds that an answer may take: live, historical, and historical of more than a million orders. */
const limits = { live: 50, historical: 100, large: 300 };
const limitOf = ({ live }: Question, orders: number): number =>
  live ? limits.live : orders > 1_000_000 ? limits.large : limits.historical;

/**
 * Every question as `shop_bi`, from the aggregates that batch and stream keep, against plain SQL over fact lines and orders;
 * and how long an unchanged Metabase takes to be checked, with the stand-in of the tests.
 */
export async function benchQuestions({ root, rounds, orders, progress }: BenchOptions): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-bench-'));
  const cli = async (...args: string[]): Promise<string> => {
    const { code, output } = await capture(join(root, 'bin', 'shop-pipe.mjs'), args, { cwd: folder });
    if (code !== 0) throw new Error(`shop-pipe ${args.join(' ')} failed: ${output}`);
    return output;
  };
  try {
    await cli('up', 'postgres', 'kafka');
    progress.note(`seeding ${orders.toLocaleString('en-US')} orders`);
    await cli('seed', 'synthetic', '--orders', String(orders), '--seed', '1');
    progress.note('etl run --full');
    await cli('etl', 'run', '--full');
    progress.note('live orders');
    const events = Math.min(100_000, orders);
    await cli('produce', '--rate', '1000000', '--count', String(events), '--seed', '1');
    await cli('stream', 'run', '--drain');
    const { owner, bi } = targetsOf(folder);
    await withClient(owner, (client) => client.query('analyze'));
    const questions = await listQuestions(join(root, 'sql', 'questions'));
    const slowest = new Map<string, number>();
    const comparison = await withClient(bi, (asBi) =>
      withClient(owner, (asOwner) =>
        compare(
          {
            name: 'questions',
            setting: `Each question with its defaults over ${orders.toLocaleString('en-US')} synthetic orders and ${events.toLocaleString('en-US')} live events, milliseconds from sending it to its last row, median of ${samples}; ours as shop_bi`,
            figure: 'all questions',
            rounds,
            onRound: (text) => progress.note(text),
          },
          {
            name: 'aggregates, live rollups',
            run: () =>
              timed(questions, async (question) => {
                const ms = await timesOf(asBi, compile(question.sql, parameterValues(question, {})));
                slowest.set(question.name, Math.max(slowest.get(question.name) ?? 0, ...ms.slice(1)));
                return ms;
              }),
          },
          {
            name: 'plain SQL over lines',
            run: () =>
              timed(questions, ({ name }) =>
                timesOf(asOwner, { text: plainQuestions[name] ?? 'select', values: [] }, 3),
              ),
          },
        ),
      ),
    );
    const notes = questions.map((question) => {
      const ms = median(comparison.ours.runs.map((run) => run[question.name] ?? Number.NaN));
      const limit = limitOf(question, orders);
      return `${question.name}: median ${ms.toFixed(1)} ms, slowest ${slowest.get(question.name)?.toFixed(1)} ms, limit ${limit} ms${ms < limit ? '' : ': OVER'}`;
    });
    return { ...comparison, notes: [...notes, await unchangedCheck(root, cli)] };
  } finally {
    await cli('down', '--purge').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers of which the median is taken, after one that warms up the connection. */
const samples = 9;

async function timesOf(
  client: pg.Client,
  statement: { text: string; values: string[] },
  counted = samples,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i <= counted; i++) {
    const began = performance.now();
    await client.query(statement);
    times.push(performance.now() - began);
  }
  return times;
}

async function timed(
  questions: readonly Question[],
  ask: (question: Question) => Promise<number[]>,
): Promise<Figures> {
  const figures: Figures = {};
  for (const question of questions) figures[question.name] = median((await ask(question)).slice(1));
  return { 'all questions': Object.values(figures).reduce((sum, ms) => sum + ms, 0), ...figures };
}

/** Seconds that the command takes where nothing differs, its own start included. */
async function unchangedCheck(root: string, cli: (...args: string[]) => Promise<string>): Promise<string> {
  const recorded = process.env['METABASE_API'] || join(root, '..', 'shared', 'metabase');
  if (!existsSync(join(recorded, 'openapi.json')))
    return 'an unchanged Metabase: not measured, METABASE_API names no recorded API';
  const server = new MetabaseStandIn(new RecordedApi(recorded));
  const url = await server.start();
  try {
    await cli('metabase', 'provision', '--url', url);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      server.takeCalls();
      const began = performance.now();
      await cli('metabase', 'provision', '--url', url);
      times.push((performance.now() - began) / 1000);
    }
    const calls = server.takeCalls().length;
    return `an unchanged Metabase (stand-in of the tests) is checked in ${median(times).toFixed(2)} s (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}) by ${calls} calls, limit 2 s${median(times) < 2 ? '' : ': OVER'}`;
  } finally {
    await server.stop();
  }
}

function targetsOf(folder: string): { owner: PgTarget; bi: PgTarget } {
  const env = parse(readFileSync(join(folder, '.env')));
  const as = (user: string, password: string | undefined): PgTarget => ({
    host: env['POSTGRES_HOST'] ?? '',
    port: Number(env['POSTGRES_PORT']),
    database: env['POSTGRES_DB'] ?? '',
    user,
    password: password ?? '',
  });
  return {
    owner: as(env['POSTGRES_USER'] ?? '', env['POSTGRES_PASSWORD']),
    bi: as('shop_bi', env['SHOP_BI_PASSWORD']),
  };
}
