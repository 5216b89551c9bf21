import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Viewers } from '../../src/live/viewers.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A viewer over a real socket, which reads only when it is told to. */
async function watch(viewers: Viewers): Promise<{ socket: Socket; response: ServerResponse }> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      viewers.add(request, response, () => undefined);
      resolve({ socket, response });
    });
    let socket: Socket;
    server.listen(0, '127.0.0.1', () => {
      socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.pause();
      socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    closing.push(() => {
      socket.destroy();
      server.close();
    });
  });
}

describe('a viewer that reads', () => {
  it('is sent the whole once, however large it is, and each change once', async () => {
    const whole = JSON.stringify({ state: 'x'.repeat(500_000) });
    const viewers = new Viewers(() => whole);
    const { socket } = await watch(viewers);
    let seen = '';
    socket.on('data', (chunk) => (seen += chunk.toString()));
    socket.resume();
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(500_000);
    for (const change of ['{"change":1}', '{"change":2}']) {
      viewers.send(change);
      await expect.poll(() => seen, { timeout: 10_000 }).toContain(change);
    }
    expect(seen.match(/^event: \w+$/gm)).toEqual(['event: state', 'event: change', 'event: change']);
  });
});

describe('a viewer that does not read', () => {
  it('is sent no more than it takes, and the whole state when it reads again', async () => {
    let state = '{"state":"old"}';
    const viewers = new Viewers(() => state);
    const { socket, response } = await watch(viewers);
    const change = JSON.stringify({ change: 'x'.repeat(200_000) });
    // Buffers of both sockets take some; 40 MB are more than they do.
    for (let round = 0; round < 200; round += 1) viewers.send(change);
    expect(response.writableLength).toBeLessThan(2_000_000);
    state = '{"state":"new"}';
    let seen = '';
    socket.on('data', (chunk) => (seen = (seen + chunk.toString()).slice(-2_000)));
    socket.resume();
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('event: state\ndata: {"state":"new"}');
    viewers.send('{"change":"last"}');
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('data: {"change":"last"}');
    expect(viewers.count).toBe(1);
    viewers.close();
    await expect.poll(() => viewers.count, { timeout: 10_000 }).toBe(0);
  });
});
