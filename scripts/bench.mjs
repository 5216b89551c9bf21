// `npm run bench -- NAME`: a comparison with a rival in the same run; docs/benchmarks.md is made of the results.
import { join } from 'node:path';
import { importTypeScript } from './import-typescript.mjs';
import { prepare, root } from './prepare.mjs';

await prepare();
const { main } = await importTypeScript(join(root, 'bench', 'main.ts'));
process.exit(await main(root, process.argv.slice(2)));
