import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../src/process/capture.ts';
import { has, holds } from './claims.ts';
import type { Stack } from './stack.ts';
import type { Tally } from './tally.ts';

const mib = 1024 ** 2;

/** What the compose files say, before anything runs. */
export async function checkFiles(stack: Stack, tally: Tally): Promise<void> {
  for (const profiles of ['', 'bi', 'demo', 'bi,demo', 'jobs', '*']) {
    await tally.check(`compose config, profiles "${profiles}"`, () =>
      stack.compose(['config', '--quiet'], { COMPOSE_PROFILES: profiles }),
    );
  }
  await tally.check('a missing secret stops compose, with its name and the remedy', async () => {
    const empty = join(stack.sandbox.folder, 'empty.env');
    writeFileSync(empty, '');
    const { code, output } = await capture('docker', ['compose', '--env-file', empty, 'config', '--quiet']);
    holds(code !== 0 && /required variable \w+ is missing.*shop-pipe init/.test(output), output);
  });
  await tally.check('limits add up to 5 GiB, with Metabase to 7', async () => {
    for (const [profiles, gib] of [
      ['', 5],
      ['bi', 7],
    ] as const) {
      const { services } = await stack.described(profiles);
      const lasting = Object.values(services).filter(({ restart }) => restart === 'unless-stopped');
      const sum = lasting.reduce((total, service) => total + Number(service.mem_limit ?? Number.NaN), 0);
      holds(sum / mib <= gib * 1024, `profiles "${profiles}": ${sum / mib} MiB`);
    }
  });
  await tally.check('loopback only, exact tags, rotated logs', async () => {
    for (const [name, service] of Object.entries((await stack.described('*')).services)) {
      for (const port of service.ports ?? []) has(port, { host_ip: '127.0.0.1' });
      holds(/:(local|v?\d[\w.-]*)$/.test(service.image), `${name} is ${service.image}`);
      has(service.logging?.options, { 'max-size': '10m' });
    }
  });
}
