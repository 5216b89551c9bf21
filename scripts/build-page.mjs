// Bundles the live page (src/live/page) into FOLDER/live: names with a hash of their content, each file also compressed,
// so that the server neither bundles nor compresses while somebody waits.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export async function buildPage(root, folder) {
  const { build: bundle } = await import('esbuild');
  const source = join(root, 'src', 'live', 'page');
  const out = join(folder, 'live');
  mkdirSync(out, { recursive: true });
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: { page: join(source, 'main.ts'), style: join(source, 'style.css') },
    outdir: out,
    entryNames: '[name]-[hash]',
    bundle: true,
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    format: 'esm',
    minify: true,
    external: ['/favicon.svg'],
    metafile: true,
    logLevel: 'warning',
  });
  const names = Object.keys(metafile.outputs).map((path) => basename(path));
  const named = (pattern) => `/${names.find((name) => pattern.test(name))}`;
  const html = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('%script%', named(/^page-.*\.js$/))
    .replace('%style%', named(/^style-.*\.css$/))
    .replace(/\n\s+/g, '\n');
  writeFileSync(join(out, 'index.html'), html);
  writeFileSync(join(out, 'favicon.svg'), readFileSync(join(source, 'favicon.svg')));
  for (const name of readdirSync(out)) {
    const bytes = readFileSync(join(out, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(bytes, { params }));
    writeFileSync(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}
