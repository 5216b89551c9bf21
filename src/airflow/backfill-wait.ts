import { environmentError, ShopPipeError } from '../errors.ts';
import type { RunAnswer } from './answers.ts';
import type { BackfillDay, BackfillOptions } from './backfill.ts';
import type { AirflowClient } from './client.ts';
import { summaryOf } from './report.ts';
import { findRun, hasEnded } from './runs.ts';
import { shellWord } from './shell-word.ts';
import { busyTasks } from './task-text.ts';
import { readTaskOrder, readTasks } from './tasks.ts';
import { Watchdog } from './watch.ts';

/** A day that was asked for: its run as it was last seen. */
export interface Asked {
  run: RunAnswer;
  action: BackfillDay['action'];
}

const everyMs = 1_000;

/** Waits for all of them, in their order. @throws ShopPipeError as `watchRun`. */
export async function awaitDays(
  client: AirflowClient,
  asked: readonly Asked[],
  options: BackfillOptions,
): Promise<Asked[]> {
  const { dag, zone, timeoutSeconds } = options;
  const started = performance.now();
  const watchdog = new Watchdog(client, dag);
  const step = client.progress.step(`days of ${dag}`, { of: asked.length, unit: 'days' });
  const ended: Asked[] = [];
  try {
    const order = await readTaskOrder(client, dag);
    for (const { run, action } of asked) {
      for (let now = run; ; ) {
        if (hasEnded(now)) {
          ended.push({ run: now, action });
          break;
        }
        const tasks = await readTasks(client, dag, now.dag_run_id, order);
        const day = summaryOf(now, zone).date ?? now.dag_run_id;
        step.advance(ended.length, [`${day} ${now.state}`, ...busyTasks(tasks)].join(', '));
        if (timeoutSeconds !== null && performance.now() - started > timeoutSeconds * 1000) {
          throw environmentError(
            'wait_timeout',
            `${asked.length - ended.length} of ${asked.length} days have not ended after ${timeoutSeconds} s; they go on`,
            { suggestion: `shop-pipe dag status ${shellWord(dag)}` },
          );
        }
        await watchdog.look();
        await client.rest(everyMs);
        now = await findRun(client, dag, now.dag_run_id);
      }
    }
  } catch (error) {
    step.fail(`${ended.length} ended`);
    if (error instanceof ShopPipeError && error.kind === 'interrupted') throw cutShort(options, asked.length);
    throw error;
  }
  const failed = ended.filter(({ run }) => run.state === 'failed').length;
  if (failed > 0) step.fail(`${failed} failed`);
  else step.end(`${ended.length} succeeded`);
  return ended;
}

export const cutShort = ({ dag }: BackfillOptions, days: number): ShopPipeError =>
  new ShopPipeError(
    'interrupted',
    'interrupted',
    `interrupted: the ${days} days that were asked for go on in Airflow`,
    {
      suggestion: `shop-pipe dag status ${shellWord(dag)}`,
    },
  );
