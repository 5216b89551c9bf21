// Bundles one TypeScript file of the clone, packages left outside, and imports it: for scripts that are no part of the CLI.
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './prepare.mjs';

export async function importTypeScript(file) {
  const { build } = await import('esbuild');
  const folder = mkdtempSync(join(root, '.shop-pipe', 'run-'));
  try {
    const bundle = join(folder, 'bundle.mjs');
    await build({
      absWorkingDir: root,
      entryPoints: [file],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      // What it finds beside itself is found from where its source is.
      define: { 'import.meta.dirname': JSON.stringify(dirname(file)) },
      logLevel: 'warning',
    });
    return await import(bundle);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
