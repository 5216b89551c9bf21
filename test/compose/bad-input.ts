import { once } from 'node:events';
import { createServer } from 'node:net';
import { has } from './claims.ts';
import type { Stack } from './stack.ts';
import type { Tally } from './tally.ts';

const errorOf = async (stack: Stack, args: string[], env: Record<string, string> = {}): Promise<unknown> => {
  const { code, data } = await stack.sandbox.json(['--runtime', 'compose', ...args], env);
  return { code, ...(data['error'] as object) };
};

export async function checkBefore(stack: Stack, tally: Tally): Promise<void> {
  await tally.check('no Docker: said, with the way without', async () => {
    const nowhere = { DOCKER_HOST: 'unix:///nowhere.sock', DOCKER_CONTEXT: '' };
    has(await errorOf(stack, ['up'], nowhere), {
      code: 'no_docker',
      suggestion: /--runtime native/,
    });
  });
  await tally.check('a port that is taken: named, with its holder', async () => {
    const server = createServer().listen(Number(stack.get('POSTGRES_PORT')), '127.0.0.1');
    await once(server, 'listening');
    has(await errorOf(stack, ['up']), {
      code: 'port_taken',
      message: /postgres/,
    });
    server.close();
  });
}

/** Ends with a database that the `.env` does not open. */
export async function checkStaleVolume(stack: Stack, tally: Tally): Promise<void> {
  await tally.check('a volume with another password: said, with the remedy', async () => {
    stack.set('POSTGRES_SUPERUSER_PASSWORD', 'another-than-the-volume-has');
    has(await errorOf(stack, ['up', 'postgres']), {
      code: 'wrong_superuser_password',
      suggestion: /down --purge/,
    });
  });
}
