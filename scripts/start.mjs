// `npm start`: from a bare clone to curated tables and reports. Node built-ins only.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkMachine, prepare, root } from './prepare.mjs';

checkMachine();
await prepare();
// Native unless somebody said otherwise: `npm start` must not depend on a Docker that happens to run.
const env = { ...process.env, SHOP_PIPE_RUNTIME: process.env.SHOP_PIPE_RUNTIME || 'native' };
const child = spawn(join(root, 'bin', 'shop-pipe.mjs'), ['demo', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env,
});
// Ctrl-C reaches the child by itself; this process only waits for its exit code.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(name, () => name !== 'SIGINT' && child.kill(name));
child.on('close', (code) => process.exit(code ?? 1));
