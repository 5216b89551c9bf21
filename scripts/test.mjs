// `npm test`: every suite (vitest, pytest, Java) against engines of its own, from a bare clone. Node built-ins only
// until the packages are there. `npm test -- vitest test/cli`: one suite, with arguments of its own.
import { join } from 'node:path';
import { importTypeScript } from './import-typescript.mjs';
import { checkMachine, prepare, root } from './prepare.mjs';

checkMachine();
await prepare();
const { runAll } = await importTypeScript(join(root, 'test', 'support', 'run-all.ts'));
process.exit(await runAll(process.argv.slice(2)));
