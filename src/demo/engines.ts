import type { Config } from '../config/config.ts';
import type { Progress } from '../progress.ts';
import { airflowMemory } from '../runtime/native/airflow/memory.ts';
import { usableMemory } from '../runtime/native/postgres/tuning.ts';

const gib = 1024 ** 3;
/** Postgres, Kafka, the stream and a batch beside it. */
const others = 3.3 * gib;

/** What the demo brings up, as `up` takes it: all engines, but no Airflow of our own where memory is short. Says so. */
export function demoEngines(
  { external, runtime }: Config,
  progress: Progress,
  memory = usableMemory(),
): string[] {
  if (external.includes('airflow') || runtime === 'external') return [];
  const cost = `${(airflowMemory / gib).toFixed(1)} GiB of memory`;
  if (memory >= others + airflowMemory) {
    progress.note(`Airflow takes ${cost}; without it: shop-pipe down && shop-pipe up postgres kafka`);
    return [];
  }
  progress.warn(
    `${(memory / gib).toFixed(1)} GiB of memory: Airflow, which takes ${cost}, is left out (shop-pipe up airflow starts it)`,
  );
  return ['postgres', 'kafka'];
}
