import { environmentError, ShopPipeError } from '../errors.ts';
import { dagAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { idleScheduler, readHealth } from './health.ts';
import { type RunReport, reportOf } from './report.ts';
import { findRun, hasEnded } from './runs.ts';
import { shellWord } from './shell-word.ts';
import { readTaskOrder } from './tasks.ts';

/** Shows a run while it is waited for. */
export interface RunView {
  show(report: RunReport): void;
  /** The run has ended, or is not waited for any more. */
  end(): void;
}

export interface WatchOptions {
  zone: string;
  view: RunView;
  /** How long at most; null: until it ends. */
  timeoutSeconds: number | null;
}

const everyMs = 500;
const healthEveryMs = 10_000;

/**
 * Waits until a run has ended and tells what became of it. Airflow runs it whoever waits: time-out and Ctrl-C leave it
 * going.
 *
 * @throws ShopPipeError `wait_timeout`, `interrupted`, `run_unknown` where it was deleted, `airflow_unreachable` where
 * Airflow stays away.
 */
export async function watchRun(
  client: AirflowClient,
  dag: string,
  run: string,
  { zone, view, timeoutSeconds }: WatchOptions,
): Promise<RunReport> {
  const started = performance.now();
  const lookAfter = statusCommand(dag, run);
  const watchdog = new Watchdog(client, dag);
  try {
    const order = await readTaskOrder(client, dag);
    for (;;) {
      const answer = await findRun(client, dag, run);
      const report = await reportOf(client, answer, order, zone);
      view.show(report);
      if (hasEnded(answer)) return report;
      if (timeoutSeconds !== null && performance.now() - started > timeoutSeconds * 1000) {
        throw environmentError(
          'wait_timeout',
          `run ${run} of ${dag} has not ended after ${timeoutSeconds} s; it goes on`,
          { suggestion: lookAfter },
        );
      }
      await watchdog.look();
      await client.rest(everyMs);
    }
  } catch (error) {
    if (error instanceof ShopPipeError && error.kind === 'interrupted') throw goesOn(dag, run);
    throw error;
  } finally {
    view.end();
  }
}

export const statusCommand = (dag: string, run: string): string =>
  `shop-pipe dag status ${shellWord(dag)} --run ${shellWord(run)}`;

const goesOn = (dag: string, run: string): ShopPipeError =>
  new ShopPipeError('interrupted', 'interrupted', `interrupted: run ${run} of ${dag} goes on in Airflow`, {
    suggestion: statusCommand(dag, run),
  });

/** Says, once each time, why a run that is waited for cannot go on. */
export class Watchdog {
  readonly #client: AirflowClient;
  readonly #dag: string;
  #looked = performance.now();
  #trouble: string | null = null;

  constructor(client: AirflowClient, dag: string) {
    this.#client = client;
    this.#dag = dag;
  }

  async look(): Promise<void> {
    if (performance.now() - this.#looked < healthEveryMs) return;
    this.#looked = performance.now();
    const trouble = await this.#find();
    const { progress } = this.#client;
    // The seconds in it grow.
    if (trouble !== null && this.#trouble === null) progress.warn(trouble);
    if (trouble === null && this.#trouble !== null) progress.note('the run can go on again');
    this.#trouble = trouble;
  }

  async #find(): Promise<string | null> {
    const health = await readHealth(this.#client).catch((error: unknown) => {
      // It comes back with Postgres; the scheduler, which does not outlive that, is told of then.
      if (error instanceof ShopPipeError && error.code === 'airflow_unhealthy') return error.message;
      throw error;
    });
    if (typeof health === 'string') return `${health}; still waiting (shop-pipe up)`;
    const idle = idleScheduler(health);
    if (idle !== null) return `${idle}; still waiting (shop-pipe up airflow)`;
    const { is_paused: paused } = await this.#client.get(['dags', this.#dag], dagAnswer);
    return paused ? `DAG ${this.#dag} was paused; still waiting (shop-pipe dag unpause ${this.#dag})` : null;
  }
}
