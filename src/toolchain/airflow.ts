import { join } from 'node:path';
import { environmentError } from '../errors.ts';
import { type EnsureOptions, ensureTool, readAsset } from './cache.ts';
import type { Python } from './python.ts';
import { buildVenv } from './venv.ts';

export interface Airflow {
  /** The venv's interpreter. */
  python: string;
  /** Its `airflow` command. */
  command: string;
}

const locks = ['spark/requirements-uv.lock', 'airflow/requirements.lock'] as const;

/**
 * Airflow in a venv of its own: it and PySpark want other versions of the same packages. 240 MB, some ten seconds.
 *
 * @throws ShopPipeError what the installer said, in one line.
 */
export async function ensureAirflow(
  assets: string,
  python: Python,
  options: EnsureOptions = {},
): Promise<Airflow> {
  const [uvLock, lock] = locks.map((path) => join(assets, path)) as [string, string];
  const { signal } = options;
  const folder = await ensureTool(
    {
      name: 'airflow',
      dependsOn: [...locks.map((path) => readAsset(assets, path)), python.executable, python.version],
      build: (venv) => buildVenv(venv, { what: 'Airflow', python, uvLock, lock, signal }),
    },
    options,
  );
  return { python: join(folder, 'bin', 'python'), command: join(folder, 'bin', 'airflow') };
}

/** The release that the lock pins, e.g. `3.3.2`. */
export function airflowVersion(assets: string): string {
  const pinned = /^apache-airflow-core==([^\s;]+)/m.exec(readAsset(assets, locks[1]).toString('utf8'));
  if (pinned?.[1] === undefined)
    throw environmentError('bad_lock', `${locks[1]} pins no apache-airflow-core`, {
      suggestion: 'scripts/lock-python.sh',
    });
  return pinned[1];
}
