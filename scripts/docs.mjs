// `npm run docs`: writes what is made from the source: .env.example, docs/configuration.md, docs/json.md, docs/schemas, and
// docs/erd.*, for which it starts and migrates a Postgres of its own.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTypeScript } from './import-typescript.mjs';
import { prepare, root } from './prepare.mjs';

await prepare();
const docs = join(root, 'docs');
mkdirSync(docs, { recursive: true });

const { configurationPage, envFileText } = await importTypeScript(join(root, 'src/config/document.ts'));
writeFileSync(join(root, '.env.example'), envFileText(new Map()));
writeFileSync(join(docs, 'configuration.md'), configurationPage());

const { jsonPage, schemaFiles } = await importTypeScript(join(root, 'src/cli/documents/pages.ts'));
writeFileSync(join(docs, 'json.md'), jsonPage());
const schemas = join(docs, 'schemas');
rmSync(schemas, { recursive: true, force: true });
mkdirSync(schemas);
for (const [name, text] of schemaFiles()) writeFileSync(join(schemas, name), text);

const { orderEventSchemaText } = await importTypeScript(join(root, 'src/events/json-schema.ts'));
writeFileSync(join(schemas, 'order-event.json'), orderEventSchemaText());

const { startServer } = await importTypeScript(join(root, 'test/support/server.ts'));
const { drawErd } = await importTypeScript(join(root, 'src/erd/draw.ts'));
const { writePicture } = await importTypeScript(join(root, 'src/erd/files.ts'));
const { server, stop } = await startServer();
try {
  const { host, port, passwords } = server;
  const target = { host, port, database: 'shop_template', user: 'shop_bi', password: passwords.shop_bi };
  writePicture(await drawErd(target, join(root, 'package.json')), docs, false);
} finally {
  await stop();
}
