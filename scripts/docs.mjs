// `npm run docs`: writes what is made from the source: .env.example, docs/configuration.md, docs/json.md, docs/schemas.
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
