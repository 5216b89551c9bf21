// `npm run test:compose`: compose.yaml for real, on the Docker engine that answers or on that of ../shared/standins; skips
// loudly where there is neither.
import { join } from 'node:path';
import { importTypeScript } from './import-typescript.mjs';
import { prepare, root } from './prepare.mjs';

await prepare();
process.chdir(root);
const { testCompose } = await importTypeScript(join(root, 'test', 'compose', 'main.ts'));
process.exit(await testCompose());
