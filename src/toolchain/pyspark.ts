import { join } from 'node:path';
import { capture } from '../process/capture.ts';
import { type EnsureOptions, ensureTool, readAsset } from './cache.ts';
import { installError } from './install-error.ts';
import type { Python } from './python.ts';

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

/** PySpark in a venv of its own, from hashed locks; pip brings uv, uv brings the rest. */
export async function ensurePySpark(
  assets: string,
  python: Python,
  options: EnsureOptions = {},
): Promise<PySpark> {
  const [uvLock, buildLock, lock] = locks.map((path) => join(assets, path)) as [string, string, string];
  const folder = await ensureTool(
    {
      name: 'pyspark',
      dependsOn: [...locks.map((path) => readAsset(assets, path)), python.executable, python.version],
      async build(venv) {
        const run = async (file: string, args: string[]): Promise<void> => {
          const { code, output } = await capture(file, args, {
            env: installerEnvironment(),
            ...(options.signal ? { signal: options.signal } : {}),
          });
          if (code !== 0) throw installError('PySpark', output);
        };
        const inVenv = join(venv, 'bin', 'python');
        await run(python.executable, ['-m', 'venv', venv]);
        await run(inVenv, [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--disable-pip-version-check',
          '--no-cache-dir',
          '--require-hashes',
          '-r',
          uvLock,
        ]);
        // PySpark comes as a source archive; what builds it is pinned too.
        await run(join(venv, 'bin', 'uv'), [
          'pip',
          'install',
          '--quiet',
          '--no-cache',
          '--python',
          inVenv,
          '--require-hashes',
          '--build-constraints',
          buildLock,
          '-r',
          lock,
        ]);
      },
    },
    options,
  );
  const minor = python.version.split('.').slice(0, 2).join('.');
  return {
    python: join(folder, 'bin', 'python'),
    home: join(folder, 'lib', `python${minor}`, 'site-packages', 'pyspark'),
  };
}

/** uv does not read pip's settings; an index or a certificate that pip was given is meant for it as well. */
export function installerEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const given: Record<string, string | undefined> = {
    UV_DEFAULT_INDEX: env['UV_DEFAULT_INDEX'] ?? env['PIP_INDEX_URL'],
    SSL_CERT_FILE: env['SSL_CERT_FILE'] ?? env['PIP_CERT'],
    UV_PYTHON_DOWNLOADS: 'never',
    // A PYTHONPATH or PYTHONHOME of the caller's would leak other packages into the venv.
    PYTHONPATH: '',
  };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
