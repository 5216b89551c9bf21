import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkNode } from '../../scripts/machine.mjs';
import { ensureTool, type Tool } from '../../src/toolchain/cache.ts';
import { installError } from '../../src/toolchain/install-error.ts';
import { parseJarLock } from '../../src/toolchain/jars.ts';
import { installerEnvironment } from '../../src/toolchain/venv.ts';

const root = resolve(import.meta.dirname, '../..');
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'shop-pipe-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

describe('a tool in the cache', () => {
  const tool = (build: Tool['build'], version = '1'): Tool => ({ name: 'tool', dependsOn: [version], build });

  it('is built once for all who want it at once, and anew when what it depends on changes', async () => {
    const build = vi.fn(async (folder: string) => writeFileSync(join(folder, 'it'), 'built'));
    const folders = await Promise.all([
      ensureTool(tool(build)),
      ensureTool(tool(build)),
      ensureTool(tool(build)),
    ]);
    expect(new Set(folders).size).toBe(1);
    expect(build).toHaveBeenCalledTimes(1);
    expect(await ensureTool(tool(build, '2'))).not.toBe(folders[0]);
  });

  it('that failed half way is built from nothing the next time', async () => {
    const half = ensureTool(
      tool(async (folder) => {
        writeFileSync(join(folder, 'half'), '');
        throw new Error('killed');
      }),
    );
    await expect(half).rejects.toThrow('killed');
    const folder = await ensureTool(
      tool(async (target) => expect(existsSync(join(target, 'half'))).toBe(false)),
    );
    expect(existsSync(join(folder, '.complete'))).toBe(true);
  });
});

describe('locks', () => {
  it.each(['spark.lock', 'stream.lock', 'test.lock', 'kafka.lock'])('%s pins each jar by SHA-256', (name) => {
    expect(parseJarLock(readFileSync(join(root, 'jars', name), 'utf8')).length).toBeGreaterThan(0);
  });

  it('a line without a hash is refused', () => {
    expect(() => parseJarLock('org.postgresql:postgresql:42.7.14')).toThrow(
      expect.objectContaining({ code: 'bad_jar_lock' }),
    );
  });

  it.each(['requirements', 'requirements-dev', 'requirements-build', 'requirements-uv'])(
    '%s.lock hashes every package and names no index',
    (name) => {
      const text = readFileSync(join(root, 'spark', `${name}.lock`), 'utf8');
      const packages = text.split(/\n(?=[a-z])/).filter((block) => /^[a-z]/.test(block));
      expect(packages.length).toBeGreaterThan(0);
      for (const block of packages) expect(block).toMatch(/--hash=sha256:[0-9a-f]{64}/);
      expect(text).not.toMatch(/https?:/);
    },
  );

  it('package-lock.json has an integrity for every package and no address of a registry', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { integrity?: string; resolved?: string }>;
    };
    for (const [name, { integrity, resolved }] of Object.entries(lock.packages)) {
      if (name !== '')
        expect({ name, integrity, resolved }).toEqual({
          name,
          integrity: expect.stringMatching(/^sha512-/),
          resolved: undefined,
        });
    }
  });
});

describe('what an installer says', () => {
  it.each([
    ['OSError: [Errno 28] No space left on device', 'disk_full'],
    ['error: Could not connect, dns error: failed to lookup address', 'no_network'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES', 'install_failed'],
  ])('%s is %s', (output, code) => {
    expect(installError('PySpark', output)).toMatchObject({
      kind: 'environment',
      code,
      message: expect.stringContaining('PySpark'),
    });
  });

  it("pip's index and certificate are uv's as well, and the caller's PYTHONPATH is nobody's", () => {
    expect(installerEnvironment({ PIP_INDEX_URL: 'i', PIP_CERT: 'c', PYTHONPATH: 'p' })).toEqual({
      UV_DEFAULT_INDEX: 'i',
      SSL_CERT_FILE: 'c',
      UV_PYTHON_DOWNLOADS: 'never',
      PYTHONPATH: '',
    });
  });
});

it('Node older than 20.19 is told', () => {
  expect(checkNode('20.18.9')).toMatchObject({ problem: expect.stringContaining('20.19') });
  expect(checkNode('20.19.0')).toBeNull();
  expect(checkNode('24.0.0')).toBeNull();
});
