import { spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from '../../config/free-port.ts';
import { environmentError, interruptedError } from '../../errors.ts';
import { lastLogLine, lastLogLines } from '../../process/log-tail.ts';
import { portHolder } from '../../process/port-holder.ts';
import { identify, isAlive, type ProcessId, stopGroup } from '../../process/process-table.ts';
import type { Progress } from '../../progress.ts';
import type { Service, ServiceStatus } from '../service.ts';

interface PidFile extends ProcessId {
  /** When the probe first held; null while the service is starting. */
  healthyAt: string | null;
}

const maxLogBytes = 64 * 1024 * 1024;

/** Starts, watches and stops services as processes of this machine, below `home`. Knows no engine. */
export class Supervisor {
  readonly #home: string;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  /** Where in its log each service began that was launched here: an error shows nothing older. */
  readonly #logStarts = new Map<string, number>();

  constructor(home: string, progress: Progress, signal: AbortSignal) {
    this.#home = home;
    this.#progress = progress;
    this.#signal = signal;
  }

  logFile(name: string): string {
    return join(this.#home, 'logs', `${name}.log`);
  }

  #pidFile(name: string): string {
    return join(this.#home, 'run', `${name}.json`);
  }

  async status(service: Service): Promise<ServiceStatus> {
    const file = this.#readPidFile(service.name);
    const endpoint = `${service.listen.host}:${service.listen.port}`;
    const base = { name: service.name, endpoint, version: service.version };
    if (file === null) return { ...base, state: 'stopped', pid: null };
    if (!isAlive(file)) return { ...base, state: 'failed', pid: null };
    const { ready } = await service.probe();
    if (ready) return { ...base, state: 'healthy', pid: file.pid };
    return { ...base, state: file.healthyAt === null ? 'starting' : 'unhealthy', pid: file.pid };
  }

  /** Makes `service` healthy; returns whether it had to be started. */
  async start(service: Service): Promise<boolean> {
    const running = this.#readPidFile(service.name);
    if (running && isAlive(running)) {
      if ((await service.probe()).ready) return false;
      await this.#awaitHealthy(service, running);
      return false;
    }
    // The leader is gone, its group may not be.
    if (running) await stopGroup(running, service.stop.signal, service.stop.graceMs);
    await this.#refuseTakenPort(service);
    const step = this.#progress.step(service.name);
    try {
      await service.prepare((what) => step.advance(0, what));
      const id = await this.#launch(service);
      await this.#awaitHealthy(service, id, (note) => step.advance(0, note));
      step.end(`${service.version} at ${service.listen.host}:${service.listen.port}`);
      return true;
    } catch (error) {
      step.fail();
      throw error;
    }
  }

  /** Returns whether there was anything to stop. */
  async stop(service: Pick<Service, 'name' | 'stop'>): Promise<boolean> {
    const file = this.#readPidFile(service.name);
    if (file === null) return false;
    const stopped = await stopGroup(file, service.stop.signal, service.stop.graceMs);
    rmSync(this.#pidFile(service.name), { force: true });
    return stopped;
  }

  async #launch(service: Service): Promise<ProcessId> {
    const { file, args, env, cwd } = await service.command();
    mkdirSync(join(this.#home, 'logs'), { recursive: true, mode: 0o700 });
    mkdirSync(join(this.#home, 'run'), { recursive: true, mode: 0o700 });
    const log = this.#openLog(service.name);
    this.#logStarts.set(service.name, fstatSync(log).size);
    try {
      const child = spawn(file, args, {
        detached: true,
        stdio: ['ignore', log, log],
        env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LC_ALL: 'C', ...env },
        ...(cwd === undefined ? {} : { cwd }),
      });
      const failed = new Promise<never>((_, reject) => child.once('error', reject));
      const id = child.pid === undefined ? null : identify(child.pid);
      if (id === null) await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 100))]);
      child.unref();
      failed.catch(() => undefined);
      if (id === null) throw this.#failure(service, 'ended at once');
      this.#writePidFile(service.name, { ...id, healthyAt: null });
      return id;
    } finally {
      closeSync(log);
    }
  }

  async #awaitHealthy(service: Service, id: ProcessId, note?: (text: string) => void): Promise<void> {
    const deadline = Date.now() + service.startMs;
    for (;;) {
      const { ready, detail } = await service.probe();
      if (ready) break;
      if (!isAlive(id)) throw this.#failure(service, 'ended while starting');
      if (this.#signal.aborted)
        throw interruptedError(
          `${service.name} is still starting; shop-pipe up goes on, shop-pipe down stops it`,
        );
      if (Date.now() > deadline)
        throw this.#failure(service, `not ready after ${service.startMs / 1000} s (${detail})`);
      note?.(lastLogLine(this.logFile(service.name)) ?? detail);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#writePidFile(service.name, { ...id, healthyAt: new Date().toISOString() });
  }

  #failure(service: Service, what: string): Error {
    const file = this.logFile(service.name);
    const tail = lastLogLines(file, 5, this.#logStarts.get(service.name))
      .map((line) => line.slice(0, 300))
      .join(' | ');
    return environmentError(
      `${service.name}_failed`,
      `${service.name} ${what}${tail ? `; its log ends: ${tail}` : ''}`,
      {
        suggestion: `shop-pipe logs ${service.name}`,
      },
    );
  }

  async #refuseTakenPort(service: Service): Promise<void> {
    const { host, port, variable } = service.listen;
    if (await isPortFree(port, host)) return;
    throw environmentError('port_taken', `port ${port} of ${service.name} is taken by ${portHolder(port)}`, {
      suggestion: `stop that, or set another ${variable} in .env`,
    });
  }

  /** Appends to the service's log; one that grew large in earlier runs is kept once as `.1`. */
  #openLog(name: string): number {
    const file = this.logFile(name);
    try {
      if (statSync(file).size > maxLogBytes) renameSync(file, `${file}.1`);
    } catch {
      // None yet.
    }
    return openSync(file, 'a', 0o600);
  }

  #readPidFile(name: string): PidFile | null {
    try {
      return JSON.parse(readFileSync(this.#pidFile(name), 'utf8')) as PidFile;
    } catch {
      return null;
    }
  }

  #writePidFile(name: string, file: PidFile): void {
    const path = this.#pidFile(name);
    writeFileSync(`${path}.new`, JSON.stringify(file), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
