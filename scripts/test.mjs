// `npm test`: every suite (vitest, pytest, Java) against engines of its own, from a bare clone. Node built-ins only
// until the packages are there. `npm test -- vitest test/cli`: one suite, with arguments of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkMachine, prepare, root } from './prepare.mjs';

checkMachine();
await prepare();
const { build } = await import('esbuild');
const folder = mkdtempSync(join(root, '.shop-pipe', 'test-'));
let code = 1;
try {
  const bundle = join(folder, 'run-all.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'test', 'support', 'run-all.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    // The runner looks for the clone from where its source is.
    define: { 'import.meta.dirname': JSON.stringify(join(root, 'test', 'support')) },
    logLevel: 'warning',
  });
  const { runAll } = await import(bundle);
  code = await runAll(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
