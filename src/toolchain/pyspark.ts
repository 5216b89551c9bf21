import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EnsureOptions, ensureTool, readAsset } from './cache.ts';
import type { Python } from './python.ts';
import { buildVenv } from './venv.ts';

export interface PySpark {
  /** The venv's interpreter. */
  python: string;
  /** SPARK_HOME: the pyspark package with its jars and bin. */
  home: string;
}

const locks = [
  'spark/requirements-uv.lock',
  'spark/requirements-build.lock',
  'spark/requirements.lock',
] as const;

/**
 * Machine learning, which no job of ours has: every session would load its functions, and with them Scala's reflection,
 * a second of each start.
 */
const leftOut = /^spark-mllib_/;

/** PySpark in a venv of its own. It comes as a source archive; what builds it is pinned too. */
export async function ensurePySpark(
  assets: string,
  python: Python,
  options: EnsureOptions = {},
): Promise<PySpark> {
  const [uvLock, buildLock, lock] = locks.map((path) => join(assets, path)) as [string, string, string];
  const { signal } = options;
  const minor = python.version.split('.').slice(0, 2).join('.');
  const homeIn = (venv: string): string => join(venv, 'lib', `python${minor}`, 'site-packages', 'pyspark');
  const folder = await ensureTool(
    {
      name: 'pyspark',
      dependsOn: [
        ...locks.map((path) => readAsset(assets, path)),
        python.executable,
        python.version,
        leftOut.source,
      ],
      async build(venv) {
        await buildVenv(venv, { what: 'PySpark', python, uvLock, buildLock, lock, signal });
        const jars = join(homeIn(venv), 'jars');
        for (const jar of readdirSync(jars)) if (leftOut.test(jar)) rmSync(join(jars, jar));
      },
    },
    options,
  );
  return { python: join(folder, 'bin', 'python'), home: homeIn(folder) };
}
