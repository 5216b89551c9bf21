import { AirflowClient } from '../airflow/client.ts';
import { findDag } from '../airflow/dags.ts';
import { PlainView } from '../airflow/plain-view.ts';
import { type Triggered, trigger } from '../airflow/trigger.ts';
import type { Config } from '../config/config.ts';
import { environmentError, ShopPipeError } from '../errors.ts';
import { withClient } from '../postgres/connection.ts';
import { type Progress, silent } from '../progress.ts';

const dag = 'shop_full_etl';
const dagFilesMs = 120_000;

export interface FirstRunContext {
  config: Config;
  progress: Progress;
  signal: AbortSignal;
}

/** Curates every day that was seeded, by a run of the DAG that does so; null where curated days are there. */
export async function firstRun({ config, progress, signal }: FirstRunContext): Promise<Triggered | null> {
  const curated = await withClient(config.postgres.owner, async (client) => {
    const { rows } = await client.query<{ any: boolean }>(
      'select exists (select from ops.curated_days) as any',
    );
    return rows[0]?.any ?? false;
  });
  if (curated) return null;
  const { url, user, password } = config.airflow;
  // Between containers there is no way for the password to leave the machine: nothing to be warned of.
  const client = new AirflowClient({ target: { url, user, password }, progress: silent, signal });
  await untilRead(client);
  const result = await trigger(client, {
    dag,
    date: null,
    zone: config.timezone,
    rerun: false,
    wait: { view: new PlainView(progress), timeoutSeconds: null },
  });
  if (result.run.state !== 'success')
    throw environmentError('first_run_failed', `the first run of ${dag} is ${result.run.state}`, {
      suggestion: `shop-pipe dag logs ${dag}`,
    });
  return result;
}

/** Until the DAG processor has read the files. */
async function untilRead(client: AirflowClient): Promise<void> {
  const deadline = Date.now() + dagFilesMs;
  for (;;) {
    try {
      await findDag(client, dag);
      return;
    } catch (error) {
      const unread = error instanceof ShopPipeError && error.code === 'dag_unknown';
      if (!unread || Date.now() > deadline) throw error;
      await client.rest(500);
    }
  }
}
