import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { ShopPipeError } from '../errors.ts';
import type { Progress, Step } from '../progress.ts';
import { chooseRuntime } from '../runtime/choose.ts';
import { ensureSpark, type WarmStart } from '../toolchain/spark.ts';
import { isLargeShop } from './job-size.ts';
import { submit } from './submit.ts';

export type EtlRequest =
  | { kind: 'days'; days: string[] }
  | { kind: 'range'; from: string; to: string }
  | { kind: 'full' };

export interface EtlOptions {
  request: EtlRequest;
  /** The requested days alone, without the changed days that are curated already. */
  only: boolean;
  /** Default `make`; see there. */
  warmStart?: WarmStart;
}

export interface EtlCheck {
  name: string;
  ok: boolean;
  expected: string | null;
  actual: string | null;
}

/** What a run did; `days` are the business days it made anew, `empty_days` those of them without orders. */
export interface EtlResult {
  run_id: number;
  days: string[];
  empty_days: string[];
  rows: Record<string, number>;
  /** Rows per table that were taken away and put in: none where the day was as it should be. */
  changes: Record<string, { deleted: number; written: number }>;
  seconds: Record<string, number>;
  checks: EtlCheck[];
  /** Changed days that are curated and were not part of this run. */
  pending_days: number;
}

export interface EtlContext {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

/** Runs the batch job through spark-submit; what it promises is in design §5.4 and `spark/README.md`. */
export async function runEtl(context: EtlContext, options: EtlOptions): Promise<EtlResult> {
  const { config, project, progress, signal } = context;
  const started = performance.now();
  if ((await chooseRuntime(config.runtime, project.home)) === 'compose') {
    const { composeEtl } = await import('./compose.ts');
    return composeEtl(context, options);
  }
  const toolchain = await ensureSpark(project.assets, progress, signal, options.warmStart);
  const { host, port, database, user, password } = config.postgres.etl;
  let result: EtlResult | null = null;
  const long = options.request.kind !== 'days' && (await isLargeShop(config.postgres.etl));
  const step = progress.step('ETL');
  step.advance(0, 'starting Spark');
  try {
    await submit(
      {
        name: 'etl',
        main: join(project.assets, 'spark', 'shop_pipe_jobs_batch.py'),
        request: {
          host,
          port,
          database,
          user,
          timezone: config.timezone,
          request: options.request,
          only: options.only,
        },
        secrets: { SHOP_ETL_PASSWORD: password },
        long,
      },
      {
        toolchain,
        master: config.sparkMaster,
        resources: config.spark,
        confFolder: join(project.assets, 'spark', 'conf'),
        home: project.home,
        signal,
        onEvent: ({ event, ...fields }) => {
          if (event === 'result') result = fields as unknown as EtlResult;
          else showStage(step, fields);
        },
      },
    );
    if (result === null)
      throw new ShopPipeError('bug', 'no_result', 'the Spark job ended without a result', {
        suggestion: 'shop-pipe logs spark',
      });
  } catch (error) {
    step.fail();
    throw error;
  }
  const done: EtlResult = result;
  const days = done.days.length === 1 ? `day ${done.days[0]}` : `${done.days.length} days`;
  step.end(`${days}, ${(done.rows['fact_orders'] ?? 0).toLocaleString('en-US')} order lines`);
  const total = Math.round(performance.now() - started) / 1000;
  return { ...done, seconds: { ...done.seconds, job: done.seconds['total'] ?? 0, total } };
}

function showStage(step: Step, stage: Record<string, unknown>): void {
  const label = stage['label'] ?? stage['name'];
  if (typeof label === 'string') step.advance(0, label);
}
