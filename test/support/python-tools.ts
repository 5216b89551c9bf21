import { join } from 'node:path';
import { capture } from '../../src/process/capture.ts';
import { ensureTool, readAsset } from '../../src/toolchain/cache.ts';
import { installError } from '../../src/toolchain/install-error.ts';
import { installerEnvironment } from '../../src/toolchain/venv.ts';
import { root } from './server.ts';

/** What tests need beside a venv, which stays as users have it: a folder for PYTHONPATH, from a hashed lock. */
export function pythonTools(name: string, lock: string, python: string): Promise<string> {
  return ensureTool({
    name,
    dependsOn: [readAsset(root, lock), python],
    async build(target) {
      const uv = join(python, '..', 'uv');
      const { code, output } = await capture(
        uv,
        [
          'pip',
          'install',
          '--quiet',
          '--no-cache',
          '--python',
          python,
          '--require-hashes',
          '--target',
          target,
          '-r',
          join(root, lock),
        ],
        { env: installerEnvironment() },
      );
      if (code !== 0) throw installError('the Python test tools', output);
    },
  });
}
