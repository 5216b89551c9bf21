import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { anyAnswer, userAnswer } from '../../src/metabase/answers.ts';
import { MetabaseClient } from '../../src/metabase/client.ts';
import { waitHealthy } from '../../src/metabase/health.ts';
import { probeMetabase } from '../../src/metabase/probe.ts';
import { silent } from '../../src/progress.ts';

type Reply = [status: number, body: unknown] | 'hang up';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** One answer after the other, the last again and again. */
async function answering(...replies: Reply[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  let n = 0;
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const reply = replies[Math.min(n++, replies.length - 1)] as Reply;
    if (reply === 'hang up') return void request.socket.destroy();
    response.writeHead(reply[0]);
    response.end(typeof reply[1] === 'string' ? reply[1] : JSON.stringify(reply[1]));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const clientOf = (url: string, starting = false, signal = new AbortController().signal): MetabaseClient =>
  new MetabaseClient({ url, progress: silent, signal, starting: () => starting });
const nowhere = 'http://127.0.0.1:1';

describe('health', () => {
  it.each<[Reply, string, string]>([
    [[200, { status: 'ok' }], 'ready', 'answers'],
    [[503, { status: 'initializing', progress: 0.4 }], 'starting', 'initializing, 40 % done'],
    [[503, '<html><title>503</title></html>'], 'starting', 'it says 503'],
    [[502, ''], 'starting', 'it says 502'],
    [[200, '<html>welcome</html>'], 'other', 'its health page says 200'],
    [[404, ''], 'other', 'its health page says 404'],
    [[302, ''], 'other', 'its health page says 302'],
  ])('%j is %s', async (reply, state, detail) => {
    const { url } = await answering(reply);
    expect(await probeMetabase(url)).toEqual({ state, ready: state === 'ready', detail });
  });

  it('is waited for while Metabase says that it starts', async () => {
    const { url, asked } = await answering(
      [503, { status: 'initializing', progress: 0.1 }],
      'hang up',
      [503, 'no'],
      [200, { status: 'ok' }],
    );
    await waitHealthy(clientOf(url), 30_000);
    expect(asked).toHaveLength(4);
  });

  it('is given up after a while, with how far it was', async () => {
    const { url } = await answering([503, { status: 'initializing', progress: 0.1 }]);
    await expect(waitHealthy(clientOf(url), 50)).rejects.toMatchObject({
      code: 'metabase_starting',
      message: `Metabase at ${url} is still starting (initializing, 10 % done)`,
      suggestion: expect.stringContaining('shop-pipe logs metabase'),
    });
  });

  it('is not waited for where nobody listens, unless a process of ours is about to', async () => {
    await expect(waitHealthy(clientOf(nowhere), 30_000)).rejects.toMatchObject({
      code: 'metabase_unreachable',
      suggestion: expect.stringContaining('shop-pipe up metabase'),
    });
    await expect(waitHealthy(clientOf(nowhere, true), 50)).rejects.toMatchObject({
      code: 'metabase_starting',
    });
  });

  it('of something else is told at once', async () => {
    const { url } = await answering([200, 'It works!']);
    await expect(waitHealthy(clientOf(url), 30_000)).rejects.toMatchObject({
      code: 'metabase_not_understood',
    });
  });

  it('is not waited for after Ctrl-C', async () => {
    const { url } = await answering([503, {}]);
    await expect(waitHealthy(clientOf(url, false, AbortSignal.timeout(100)), 30_000)).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });
});

describe('a call', () => {
  it('that reads is sent again while the server restarts, one that changes is not', async () => {
    const ok: Reply = [200, { email: 'a', is_superuser: true }];
    const { url, asked } = await answering(ok, [503, 'restarting'], 'hang up', ok, [503, 'restarting']);
    const client = clientOf(url);
    await client.get(['user', 'current'], userAnswer);
    await client.get(['user', 'current'], userAnswer);
    expect(asked).toHaveLength(4);
    await expect(client.send('POST', ['card'], anyAnswer, {})).rejects.toMatchObject({
      code: 'metabase_starting',
      suggestion: expect.stringContaining('goes on where it stopped'),
    });
    expect(asked).toHaveLength(5);
  });

  it.each<[number, unknown, string]>([
    [401, 'Unauthenticated', 'metabase_key_refused'],
    [403, "You don't have permissions to do that.", 'metabase_forbidden'],
    [404, 'Not found.', 'metabase_missing'],
    [400, { errors: { name: 'value must be a non-blank string.' } }, 'metabase_refused'],
    [500, { message: 'ERROR: broken', via: [], trace: [] }, 'metabase_error'],
    [200, '<html></html>', 'metabase_not_understood'],
    [200, { email: 3 }, 'metabase_not_understood'],
    [302, '', 'metabase_not_understood'],
  ])('answered by %s %j is %s', async (status, body, code) => {
    const { url } = await answering([status, body]);
    const client = clientOf(url);
    client.enter('key', 'mb_secret-key');
    const error = await client.get(['user', 'current'], userAnswer).catch((one: unknown) => one as Error);
    expect(error).toMatchObject({ code, suggestion: expect.any(String) });
    expect(String((error as Error).message)).not.toContain('mb_secret-key');
  });
});
