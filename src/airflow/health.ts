import { environmentError } from '../errors.ts';
import { healthAnswer, versionAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { databaseLost } from './client-error.ts';

/** Whether the parts of an Airflow are at work, by their heartbeats; no triggerer is needed. */
export interface AirflowHealth {
  url: string;
  version: string;
  scheduler: Part;
  /** What reads the DAG files. */
  dag_processor: Part;
}

interface Part {
  healthy: boolean;
  /** ISO 8601; null for one that never ran. */
  heartbeat_at: string | null;
}

/** @throws ShopPipeError `airflow_unhealthy` where Airflow has lost its own database. */
export async function readHealth(client: AirflowClient): Promise<AirflowHealth> {
  const { url } = client.target;
  const [health, { version }] = await Promise.all([
    client.get(['monitor', 'health'], healthAnswer),
    client.get(['version'], versionAnswer),
  ]);
  if (health.metadatabase.status !== 'healthy') {
    throw databaseLost(client.target);
  }
  const { scheduler, dag_processor: processor } = health;
  return {
    url,
    version,
    scheduler: {
      healthy: scheduler.status === 'healthy' && !client.processes.gone('scheduler'),
      heartbeat_at: scheduler.latest_scheduler_heartbeat,
    },
    dag_processor: {
      healthy: processor?.status === 'healthy' && !client.processes.gone('dag-processor'),
      heartbeat_at: processor?.latest_dag_processor_heartbeat ?? null,
    },
  };
}

/** Why nothing would run now, in words; null where the scheduler is at work. */
export function idleScheduler({ scheduler: { healthy, heartbeat_at: at } }: AirflowHealth): string | null {
  if (healthy) return null;
  if (at === null) return 'the scheduler of Airflow has not begun yet';
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  return `the scheduler of Airflow does not run (last heard of ${seconds.toLocaleString('en-US')} s ago)`;
}

/**
 * Before something is asked of the scheduler: without one it would be waited for in vain.
 *
 * @throws ShopPipeError `scheduler_stopped` or `airflow_starting`, if `wait`; only warns otherwise.
 */
export async function needScheduler(client: AirflowClient, wait: boolean): Promise<void> {
  const health = await readHealth(client);
  const idle = idleScheduler(health);
  if (idle === null) return;
  const suggestion = 'shop-pipe up airflow';
  if (!wait) {
    client.progress.warn(`${idle}: what is asked of it waits until it does (${suggestion})`);
    return;
  }
  const code = health.scheduler.heartbeat_at === null ? 'airflow_starting' : 'scheduler_stopped';
  throw environmentError(code, `${idle}; nothing would come of waiting`, { suggestion });
}
