// `npm run docs`: writes what is made from the source: .env.example and docs/configuration.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

await prepare();
const { build } = await import('esbuild');
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/config/document.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { configurationPage, envFileText } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, '.env.example'), envFileText(new Map()));
writeFileSync(join(root, 'docs', 'configuration.md'), configurationPage());
