// Bundles src/ into dist/: split, so that a command loads only what it uses. Run by `npm run build` and, when src/ is
// newer than dist/, by bin/shop-pipe.mjs.
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export async function build() {
  const { build: bundle } = await import('esbuild');
  // Built aside and moved into place: a command that starts meanwhile sees the old bundle or the new one.
  const aside = join(root, `dist.${process.pid}`);
  await bundle({
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/entry.ts', chores: 'src/cli/chores-entry.ts' },
    outdir: aside,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    minify: true,
    keepNames: true,
    sourcemap: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    // CommonJS packages inside an ESM bundle call require().
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    // What only `erd` needs: big, found among the installed packages, and not in an image's bundle.
    external: ['pg-native', 'elkjs', '@resvg/resvg-wasm'],
    logLevel: 'warning',
  });
  await buildPage(root, aside);
  const dist = join(root, 'dist');
  const old = `${dist}.old.${process.pid}`;
  try {
    renameSync(dist, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(aside, dist);
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
