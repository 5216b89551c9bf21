import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/config/free-port.ts';
import { identify } from '../../src/process/process-table.ts';
import { silent } from '../../src/progress.ts';
import { Supervisor } from '../../src/runtime/native/supervisor.ts';
import type { Service } from '../../src/runtime/service.ts';
import { testPort } from '../support/port.ts';

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
  port = await testPort(18_000);
  supervisor = new Supervisor(home, silent, new AbortController().signal);
});
afterEach(async () => {
  await supervisor.stop('echo');
  rmSync(home, { recursive: true, force: true });
});

describe('a service', () => {
  it('is stopped where what it does not survive is gone, and only then', async () => {
    const base = listener(port);
    const dependent = { ...listener(await freePort(port + 1)), name: 'dependent', endsWith: ['echo'] };
    await supervisor.start(dependent);
    // One that was never started here is somebody else's.
    await supervisor.retireOrphan(dependent);
    await supervisor.start(base);
    await supervisor.retireOrphan(dependent);
    expect((await supervisor.status(dependent)).state).toBe('healthy');
    process.kill((await supervisor.status(base)).pid ?? 0, 'SIGKILL');
    await expect.poll(async () => (await supervisor.status(base)).state).toBe('failed');
    await supervisor.retireOrphan(dependent);
    expect((await supervisor.status(dependent)).state).toBe('stopped');
  });

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

  it('that is dying when it is started is waited for, and started again', async () => {
    const script = `const s = require('net').createServer((c) => c.end()).listen(${port}, '127.0.0.1');
      process.on('SIGTERM', () => (s.close(), setTimeout(() => process.exit(0), 300)))`;
    const service = listener(port, script);
    await supervisor.start(service);
    const { pid } = await supervisor.status(service);
    process.kill(pid ?? 0, 'SIGTERM');
    await expect
      .poll(async () => (await service.probe({ startedAt: '', healthyAt: null })).ready)
      .toBe(false);
    expect(identify(pid ?? 0)).not.toBeNull();
    expect(await supervisor.start(service)).toBe(true);
    expect((await supervisor.status(service)).state).toBe('healthy');
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

/**
 * A leader whose worker is in its group and runs a job in a group of its own, as Airflow's scheduler does: who gets
 * SIGTERM passes it on, and a worker waits for more when its job has ended.
 */
function scattering(file: string, settings = 'one'): Service {
  const job = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300)); setInterval(() => {}, 1000)`;
  const worker = `const c = require('child_process').spawn(process.execPath, ['-e', process.env.JOB], { detached: true, stdio: 'ignore' });
    require('fs').appendFileSync(${JSON.stringify(file)}, process.pid + ' ' + c.pid + ' '); let up = true; c.on('exit', () => (up = false));
    process.on('SIGTERM', () => up && process.kill(c.pid, 'SIGTERM')); process.on('disconnect', () => {}); setInterval(() => {}, 1000)`;
  const leader = `const c = require('child_process').spawn(process.execPath, ['-e', process.env.WORKER], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    process.on('SIGTERM', () => setTimeout(() => (c.kill('SIGKILL'), process.exit(0)), 600)); setInterval(() => {}, 1000)`;
  return {
    name: 'scattering',
    version: '1',
    needs: [],
    scatters: true,
    settings,
    prepare: async () => undefined,
    command: async () => ({
      file: process.execPath,
      args: ['-e', leader],
      env: { WORKER: worker, JOB: job },
    }),
    probe: async () => {
      const pids = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean) : [];
      return { ready: pids.length >= 2, detail: 'not yet' };
    },
    stop: { signal: 'SIGTERM', graceMs: 5_000 },
    startMs: 10_000,
  };
}

describe('a service that scatters its processes', () => {
  const file = (): string => join(home, 'pids');
  const pids = (): number[] => readFileSync(file(), 'utf8').trim().split(' ').map(Number);
  const leaderOf = async (service: Service): Promise<number> =>
    (await supervisor.status(service)).pid ?? Number.NaN;
  afterEach(() => supervisor.stopAll());

  it('listens nowhere, and is stopped with its jobs', async () => {
    const service = scattering(file());
    await supervisor.start(service);
    expect(await supervisor.status(service)).toMatchObject({ state: 'healthy', endpoint: null });
    const all = [await leaderOf(service), ...pids()];
    expect(await supervisor.stopAll()).toEqual(['scattering']);
    expect(all.map((pid) => identify(pid))).toEqual([null, null, null]);
  });

  it('killed, is found and ended by the next start, and what waits for nothing is not waited for', async () => {
    const service = scattering(file());
    await supervisor.start(service);
    const orphans = pids();
    process.kill(await leaderOf(service), 'SIGKILL');
    await expect.poll(async () => (await supervisor.status(service)).state).toBe('failed');
    expect(orphans.map((pid) => identify(pid) === null)).toEqual([false, false]);
    rmSync(file());
    const began = performance.now();
    expect(await supervisor.start(service)).toBe(true);
    expect(performance.now() - began).toBeLessThan(4_500);
    expect(orphans.map((pid) => identify(pid))).toEqual([null, null]);
  });

  it('is found without its pid file, too', async () => {
    const service = scattering(file());
    await supervisor.start(service);
    const all = [await leaderOf(service), ...pids()];
    rmSync(join(home, 'run', 'scattering.json'));
    expect(await supervisor.stopAll()).toEqual([]);
    expect(all.map((pid) => identify(pid))).toEqual([null, null, null]);
  });

  it('is started anew when it would run with other settings', async () => {
    await supervisor.start(scattering(file()));
    const old = await leaderOf(scattering(file()));
    await supervisor.retire(scattering(file()));
    expect(identify(old)).not.toBeNull();
    await supervisor.retire(scattering(file(), 'two'));
    expect(identify(old)).toBeNull();
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  });

  it('keeps its settings, which hold secrets, as a hash', async () => {
    await supervisor.start(scattering(file(), 'password=hunter2'));
    expect(readFileSync(join(home, 'run', 'scattering.json'), 'utf8')).not.toContain('hunter2');
  });
});
