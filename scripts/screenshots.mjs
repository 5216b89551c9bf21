// `npm run screenshots`: the pictures of README and docs, made anew: docs/live.png, docs/live-phone.png, docs/run.png.
// Takes six minutes, since the page shows five; `npm run screenshots -- 20` takes 20 seconds of them.
import { join } from 'node:path';
import { importTypeScript } from './import-typescript.mjs';
import { prepare, root } from './prepare.mjs';

await prepare();
const { main } = await importTypeScript(join(root, 'test', 'live', 'pictures.ts'));
const [seconds] = process.argv.slice(2).map(Number);
process.exit(await main(root, seconds));
