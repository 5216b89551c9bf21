import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import type { ProduceSummary } from '../events/producer/summary.ts';
import type { SeedResult } from '../olist/shop-source.ts';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Progress } from '../progress.ts';
import { findQuestion } from '../reports/catalogue.ts';
import type { Question } from '../reports/question.ts';
import { type ReportResult, runReport } from '../reports/run.ts';
import type { ServiceStatus } from '../runtime/service.ts';
import { bringUp } from '../runtime/stack.ts';
import { type EtlResult, runEtl } from '../spark/etl.ts';
import { startStream } from '../stream/start.ts';
import type { StreamStatus } from '../stream/status.ts';
import { ensureSpark } from '../toolchain/spark.ts';
import { type Verification, verify } from '../verify/verify.ts';
import { demoEngines } from './engines.ts';
import { readBooks, seedFirstShop } from './first-shop.ts';
import { runLive } from './live.ts';

export interface DemoContext {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
  /** The program that is this command line, with its first arguments: the stream's supervisor is another one. */
  launcher: readonly [string, ...string[]];
}

export interface DemoResult {
  /** False where an earlier run did the work and this one only brought the stack up. */
  first: boolean;
  /** `olist` or `synthetic`: what the tables hold. */
  dataset: string;
  runtime: string;
  services: ServiceStatus[];
  seed: SeedResult | null;
  etl: EtlResult | null;
  produce: ProduceSummary | null;
  stream: StreamStatus | null;
  verify: Verification | null;
  reports: { question: Question; result: ReportResult }[];
}

const questions = [
  'daily-revenue',
  'top-products',
  'orders-per-category',
  'orders-per-hour',
  'top-products-today',
  'cancellations',
  'recent-orders',
];

/**
 * The whole story: stack, data, ETL, live orders, verification, reports. A marker in `ops.settings` says that it is done; later
 * calls bring the stack up and report. One that was killed half way is simply done again: every part is idempotent.
 */
export async function runDemo(context: DemoContext): Promise<DemoResult> {
  const { config, progress, signal } = context;
  const { owner } = config.postgres;
  await bringUp(context, ['postgres']);
  const engines = demoEngines(config, progress);
  const books = await readBooks(owner);
  if (config.olistPath !== null && books.dataset !== null && books.dataset !== 'olist') {
    progress.warn(
      `the tables hold the ${books.dataset} dataset; for Olist: npx shop-pipe seed olist --path ${config.olistPath} --replace && npx shop-pipe etl run --full`,
    );
  }
  if (books.done && books.dataset !== null) {
    const { runtime, services } = await bringUp(context, engines);
    await startStream(context, false);
    const later = { first: false, seed: null, etl: null, produce: null, stream: null, verify: null };
    return { ...later, runtime, services, dataset: books.dataset, reports: await allReports(context) };
  }
  // Seeding and the ETL need Postgres and the cores, the other engines at first mostly the network.
  const bringing = bringUp(context, engines);
  const curating = seedAndCurate(context, books.dataset === null);
  const [{ runtime, services }, { seed, etl }] = await both(bringing, curating);
  // That later jobs start warm is for the half minute in which orders trickle in.
  const [live] = await both(runLive(context), ensureSpark(context.project.assets, progress, signal));
  const verification = await verify(
    { owner, timezone: config.timezone, kafka: config.kafka.target, progress, signal },
    {},
  );
  const reports = await allReports(context);
  if (verification.ok) await writeMarker(owner);
  return {
    first: true,
    runtime,
    services,
    dataset: seed?.dataset ?? books.dataset ?? '',
    seed,
    etl,
    produce: live.produce,
    stream: live.stream,
    verify: verification,
    reports,
  };
}

async function seedAndCurate(
  context: DemoContext,
  empty: boolean,
): Promise<{ seed: SeedResult | null; etl: EtlResult }> {
  const [seed] = await both(
    empty ? seedFirstShop(context) : Promise.resolve(null),
    ensureSpark(context.project.assets, context.progress, context.signal, 'if made'),
  );
  const etl = await runEtl(context, { request: { kind: 'full' }, only: false, warmStart: 'if made' });
  return { seed, etl };
}

/** Waits for both even when one fails, so that neither goes on behind an error message. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

async function allReports({ config, project, signal }: DemoContext): Promise<DemoResult['reports']> {
  const reports: DemoResult['reports'] = [];
  for (const name of questions) {
    const question = await findQuestion(join(project.assets, 'sql', 'questions'), name);
    const result = await runReport(config.postgres.bi, question, {}, { signal, timezone: config.timezone });
    reports.push({ question, result });
  }
  return reports;
}

async function writeMarker(owner: PgTarget): Promise<void> {
  await withClient(owner, async (client) => {
    await client.query(
      `insert into ops.settings (name, value) values ('demo', to_jsonb(now()))
       on conflict (name) do update set value = excluded.value, changed_at = now()`,
    );
  });
}
