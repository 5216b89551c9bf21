import { join } from 'node:path';
import { capture } from '../process/capture.ts';
import { installError } from './install-error.ts';
import type { Python } from './python.ts';

export interface VenvContents {
  /** For messages, e.g. `PySpark`. */
  what: string;
  python: Python;
  /** Hashed locks: of uv, of what is to be installed, and of what builds it where it comes as a source archive. */
  uvLock: string;
  lock: string;
  buildLock?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Makes a venv in `folder` from hashed locks: pip brings uv, uv brings the rest (seconds where pip takes minutes), compiled,
 * so that no start has to: the environment may forbid Python to keep what it compiles.
 *
 * @throws ShopPipeError what the installer said, in one line.
 */
export async function buildVenv(folder: string, contents: VenvContents): Promise<void> {
  const { what, python, uvLock, lock, buildLock, signal } = contents;
  const run = async (file: string, args: string[]): Promise<void> => {
    const { code, output } = await capture(file, args, {
      env: installerEnvironment(),
      ...(signal ? { signal } : {}),
    });
    if (code !== 0) throw installError(what, output);
  };
  const inVenv = join(folder, 'bin', 'python');
  await run(python.executable, ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir'];
  await run(inVenv, [...pip, '--require-hashes', '-r', uvLock]);
  await run(join(folder, 'bin', 'uv'), [
    'pip',
    'install',
    '--quiet',
    '--no-cache',
    '--compile-bytecode',
    '--python',
    inVenv,
    '--require-hashes',
    ...(buildLock === undefined ? [] : ['--build-constraints', buildLock]),
    '-r',
    lock,
  ]);
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
