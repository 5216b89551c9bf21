import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/config/free-port.ts';
import { identify } from '../../src/process/process-table.ts';
import { silent } from '../../src/progress.ts';
import { Supervisor } from '../../src/runtime/native/supervisor.ts';
import type { Service } from '../../src/runtime/service.ts';

/** A real process that listens: what a supervisor sees of any engine. */
function listener(port: number, script?: string): Service {
  return {
    name: 'echo',
    version: '1',
    needs: [],
    listen: { host: '127.0.0.1', port, variable: 'ECHO_PORT' },
    prepare: async () => undefined,
    command: async () => ({
      file: process.execPath,
      args: [
        '-e',
        script ??
          `console.log('listening'); require('net').createServer((s) => s.end()).listen(${port}, '127.0.0.1')`,
      ],
    }),
    probe: () =>
      new Promise((resolve) => {
        const socket = createConnection(port, '127.0.0.1');
        socket.once('connect', () => (socket.destroy(), resolve({ ready: true, detail: 'yes' })));
        socket.once('error', (error) => resolve({ ready: false, detail: error.message }));
      }),
    stop: { signal: 'SIGTERM', graceMs: 300 },
    startMs: 10_000,
  };
}

let home: string;
let port: number;
let supervisor: Supervisor;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'shop-pipe-supervisor-'));
  port = await freePort(57_000 + Math.floor(Math.random() * 1_000));
  supervisor = new Supervisor(home, silent, new AbortController().signal);
});
afterEach(async () => {
  await supervisor.stop('echo');
  rmSync(home, { recursive: true, force: true });
});

describe('a service', () => {
  it('goes from stopped to healthy to stopped, and a second start does nothing', async () => {
    const service = listener(port);
    expect(await supervisor.status(service)).toMatchObject({ state: 'stopped', pid: null });
    expect(await supervisor.start(service)).toBe(true);
    const { state, pid } = await supervisor.status(service);
    expect(state).toBe('healthy');
    expect(await supervisor.start(service)).toBe(false);
    expect((await supervisor.status(service)).pid).toBe(pid);
    expect(await supervisor.stop('echo')).toBe(true);
    expect(identify(pid ?? 0)).toBeNull();
    expect(await supervisor.stop('echo')).toBe(false);
    expect(readFileSync(supervisor.logFile('echo'), 'utf8')).toBe('listening\n');
  });

  it('killed from outside is failed, and starts again', async () => {
    const service = listener(port);
    await supervisor.start(service);
    const { pid } = await supervisor.status(service);
    process.kill(pid ?? 0, 'SIGKILL');
    await expect.poll(async () => (await supervisor.status(service)).state).toBe('failed');
    expect(await supervisor.start(service)).toBe(true);
  });

  it('that ignores SIGTERM is killed, its children with it', async () => {
    const script = `process.on('SIGTERM', () => {}); const c = require('child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
      console.log(c.pid); require('net').createServer((s) => s.end()).listen(${port}, '127.0.0.1')`;
    const service = listener(port, script);
    await supervisor.start(service);
    const child = Number(readFileSync(supervisor.logFile('echo'), 'utf8'));
    expect(identify(child)).not.toBeNull();
    await supervisor.stop('echo');
    await expect.poll(() => identify(child)).toBeNull();
  });

  it('that ends at once is told with the end of its log', async () => {
    const service = listener(port, "console.error('cannot read the ring'); process.exit(1)");
    await expect(supervisor.start(service)).rejects.toMatchObject({
      code: 'echo_failed',
      message: expect.stringContaining('cannot read the ring'),
      suggestion: 'shop-pipe logs echo',
    });
  });

  it('whose port is taken is not started, and the holder is named', async () => {
    const holder = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    try {
      await expect(supervisor.start(listener(port))).rejects.toMatchObject({
        code: 'port_taken',
        message: expect.stringMatching(
          new RegExp(`port ${port} of echo is taken by process ${process.pid} `),
        ),
        suggestion: expect.stringContaining('ECHO_PORT'),
      });
      expect(existsSync(join(home, 'run', 'echo.json'))).toBe(false);
    } finally {
      holder.close();
    }
  });
});
