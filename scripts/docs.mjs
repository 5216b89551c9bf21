// `npm run docs`: writes what is made from the source: .env.example, docs/configuration.md, docs/json.md, docs/schemas.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const { build } = await import('esbuild');

/** What a TypeScript module of ours exports; bundled in memory, since Node itself can't load it. */
async function load(module) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [module],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const docs = join(root, 'docs');
mkdirSync(docs, { recursive: true });

const { configurationPage, envFileText } = await load('src/config/document.ts');
writeFileSync(join(root, '.env.example'), envFileText(new Map()));
writeFileSync(join(docs, 'configuration.md'), configurationPage());

const { jsonPage, schemaFiles } = await load('src/cli/documents/pages.ts');
writeFileSync(join(docs, 'json.md'), jsonPage());
const schemas = join(docs, 'schemas');
rmSync(schemas, { recursive: true, force: true });
mkdirSync(schemas);
for (const [name, text] of schemaFiles()) writeFileSync(join(schemas, name), text);
