import { checkBefore, checkStaleVolume } from './bad-input.ts';
import { has, holds, same } from './claims.ts';
import { openEngine } from './engine.ts';
import { checkFiles } from './files.ts';
import { program } from './program.ts';
import { checkRunning } from './running.ts';
import { Stack } from './stack.ts';
import { Tally } from './tally.ts';

/** `npm run test:compose`: the compose file for real, one stack, one pass; returns the exit code. */
export async function testCompose(): Promise<number> {
  const tally = new Tally();
  const engine = await openEngine();
  if (typeof engine === 'string') {
    tally.skip('the compose stack', engine);
    return tally.end();
  }
  const stack = new Stack();
  try {
    await stack.init(process.env['OLIST_PATH']);
    await remove(stack);
    await checkFiles(stack, tally);
    await checkBefore(stack, tally);
    const built = await tally.check('images', async () => {
      await stack.compose(['build', '--quiet']);
      return sizes(stack);
    });
    const up =
      built &&
      (await tally.check('docker compose up --wait: seeded, curated, streaming', () => firstUp(stack)));
    if (up) {
      await tally.check('shop-pipe up --runtime compose: nothing to do', async () => {
        has(await stack.cli('up'), { started: [], migrations: [], topics: [] });
      });
      await checkRunning(stack, tally);
      await checkMetabase(stack, tally);
      await checkStaleVolume(stack, tally);
    } else process.stderr.write(await stack.compose(['logs', '--no-color', '--tail', '30']).catch(String));
    await tally.check('down --purge leaves nothing', async () => {
      await stack.sandbox.json(['--runtime', 'compose', 'down', '--purge']);
      same(await stack.containers('{{.Names}}'), []);
      for (const kind of ['volume', 'network']) {
        const filter = `label=com.docker.compose.project=${stack.name}`;
        same(await program('docker', [kind, 'ls', '--quiet', '--filter', filter]), '');
      }
    });
  } finally {
    await remove(stack).catch(() => undefined);
    await stack.sandbox.remove();
    await engine.stop();
  }
  return tally.end();
}

const remove = (stack: Stack): Promise<string> =>
  program('docker', ['compose', '--project-name', stack.name, 'down', '--volumes', '--remove-orphans']);

async function firstUp(stack: Stack): Promise<string> {
  const started = performance.now();
  await stack.compose(['up', '--wait', '--quiet-pull', '--no-build']);
  const took = Math.round((performance.now() - started) / 1000);
  // Strict: that every day which was seeded is curated.
  has(await stack.cli('verify', '--strict'), { ok: true });
  has(await stack.cli('stream', 'status'), { state: 'running' });
  return `healthy after ${took} s`;
}

async function sizes(stack: Stack): Promise<string> {
  const size = async (image: string): Promise<number> =>
    Number(await program('docker', ['inspect', '--format', '{{.Size}}', `${stack.name}-${image}:local`])) /
    1e6;
  const [cli, spark, airflow] = [await size('cli'), await size('spark'), await size('airflow')];
  const said = `cli ${Math.round(cli)} MB, spark ${Math.round(spark)} MB, airflow ${Math.round(airflow - spark)} MB more`;
  holds(cli < 250 && spark < 1_200 && airflow - spark < 600, said);
  return said;
}

const metabase = 'metabase/metabase:v0.57.0';

async function checkMetabase(stack: Stack, tally: Tally): Promise<void> {
  await tally.check('profile bi: Metabase is healthy', async () => {
    await stack.compose(['up', '--detach', '--wait', '--no-build', 'metabase'], { COMPOSE_PROFILES: 'bi' });
  });
  const command = await program('docker', ['inspect', '--format', '{{.Config.Cmd}}', metabase]);
  if (command.includes('stub.py')) tally.skip('provisioning of Metabase', 'its stand-in is a stub');
}
