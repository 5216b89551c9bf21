import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from '../../config/free-port.ts';
import { environmentError, interruptedError } from '../../errors.ts';
import { readableLine } from '../../process/log-line.ts';
import { lastLogLines } from '../../process/log-tail.ts';
import { makeFolder } from '../../process/make-folder.ts';
import { stopMarked } from '../../process/marked.ts';
import { portHolder } from '../../process/port-holder.ts';
import { identify, isAlive, stopGroup } from '../../process/process-table.ts';
import type { Progress } from '../../progress.ts';
import type { Service, ServiceStatus } from '../service.ts';
import { type PidFile, PidFiles } from './pid-files.ts';

const endpointOf = ({ listen }: Service): string | null =>
  listen === undefined ? null : `${listen.host}:${listen.port}`;

/** Settings hold secrets: what is kept of them is a hash. */
const fingerprint = ({ settings }: Service): string | undefined =>
  settings === undefined ? undefined : createHash('sha256').update(settings).digest('hex');

/** Whether what runs, or ran, is what would be started now. */
const isSameAs = (service: Service, file: PidFile): boolean =>
  file.endpoint === endpointOf(service) && file.settings === fingerprint(service);

const entryOf = (mark: string): Record<string, string> => {
  const [name = '', ...value] = mark.split('=');
  return { [name]: value.join('=') };
};

/** A killed process with many threads is a zombie some time before the last of them lets go of its port. */
const closingMs = 5_000;

const maxLogBytes = 64 * 1024 * 1024;

/** Starts, watches and stops services as processes of this machine, below `home`. Knows no engine. */
export class Supervisor {
  readonly #home: string;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #pids: PidFiles;
  /** Where in its log each service began that was launched here: an error shows nothing older. */
  readonly #logStarts = new Map<string, number>();
  /** Services that were stopped here, whose port may be in use a moment longer. */
  readonly #closing = new Set<string>();

  constructor(home: string, progress: Progress, signal: AbortSignal) {
    this.#home = home;
    this.#progress = progress;
    this.#signal = signal;
    this.#pids = new PidFiles(join(home, 'run'));
  }

  logFile(name: string): string {
    return join(this.#home, 'logs', `${name}.log`);
  }

  async status(service: Service): Promise<ServiceStatus> {
    const file = this.#pids.read(service.name);
    const base = { name: service.name, endpoint: endpointOf(service), version: service.version };
    if (file === null) return { ...base, state: 'stopped', pid: null };
    if (!isAlive(file)) return { ...base, state: 'failed', pid: null };
    const { ready } = await service.probe(file);
    if (ready) return { ...base, state: 'healthy', pid: file.pid };
    return { ...base, state: file.healthyAt === null ? 'starting' : 'unhealthy', pid: file.pid };
  }

  /** Throws what would keep `service` from starting, unless it runs already. */
  async check(service: Service): Promise<void> {
    const running = this.#pids.read(service.name);
    if (running && isAlive(running) && isSameAs(service, running)) return;
    service.check?.();
    // What a killed leader left of its group may hold the port still; `start` stops that first.
    if (running?.endpoint !== endpointOf(service)) await this.#refuseTakenPort(service);
  }

  /** Stops `service` where it runs with other settings than it would be started with now. */
  async retire(service: Service): Promise<void> {
    const running = this.#pids.read(service.name);
    if (running !== null && !isSameAs(service, running)) await this.stop(service.name);
  }

  /** Stops `service` where one of those is gone that it does not survive: it may look healthy while it ends. */
  async retireOrphan({ name, endsWith = [] }: Service): Promise<void> {
    const runs = (other: string): boolean => {
      const file = this.#pids.read(other);
      return file !== null && isAlive(file);
    };
    const started = endsWith.filter((other) => this.#pids.read(other) !== null);
    if (started.some((other) => !runs(other))) await this.stop(name);
  }

  /** Makes `service` healthy; returns whether it had to be started. */
  async start(service: Service): Promise<boolean> {
    const running = this.#pids.read(service.name);
    if (running && isAlive(running) && isSameAs(service, running)) {
      if (await this.#comesRound(service, running)) return false;
    }
    // It runs as `.env` no longer says, or its leader is gone and its group may not be.
    if (running) await this.stop(service.name);
    else if (service.scatters) await this.#sweep(service.name, service.stop);
    await this.#refuseTakenPort(service, this.#closing.has(service.name) ? closingMs : 0);
    const step = this.#progress.step(service.name);
    try {
      await service.prepare((what) => step.advance(0, what));
      const id = await this.#launch(service);
      await this.#awaitHealthy(service, id, (note) => step.advance(0, note));
      const endpoint = endpointOf(service);
      step.end(endpoint === null ? service.version : `${service.version} at ${endpoint}`);
      return true;
    } catch (error) {
      step.fail();
      throw error;
    }
  }

  /** Waits until one that runs is healthy; false where it turns out to be dying, as after a kill just now. */
  async #comesRound(service: Service, running: PidFile): Promise<boolean> {
    if ((await service.probe(running)).ready && isAlive(running)) return true;
    try {
      await this.#awaitHealthy(service, running);
      return true;
    } catch (error) {
      if (this.#signal.aborted || isAlive(running)) throw error;
      return false;
    }
  }

  /** Stops one service; returns whether there was anything to stop. */
  async stop(name: string): Promise<boolean> {
    const file = this.#pids.read(name);
    if (file === null) return false;
    const { signal, graceMs } = file.stop;
    const stopped =
      file.mark === undefined
        ? await stopGroup(file, signal, graceMs)
        : await stopMarked(file, file.mark, signal, graceMs);
    this.#pids.remove(name);
    this.#closing.add(name);
    return stopped;
  }

  /** Stops whatever was started, what needs another one before it, else the last first; returns what was running. */
  async stopAll(): Promise<string[]> {
    const started = this.#pids
      .names()
      .map((name) => ({ name, file: this.#pids.read(name) }))
      .toSorted((a, b) => ((a.file?.startedAt ?? '') < (b.file?.startedAt ?? '') ? 1 : -1));
    const stopped: string[] = [];
    while (started.length > 0) {
      const needed = new Set(started.flatMap(({ file }) => file?.needs ?? []));
      const next = Math.max(
        0,
        started.findIndex(({ name }) => !needed.has(name)),
      );
      for (const { name } of started.splice(next, 1)) if (await this.stop(name)) stopped.push(name);
    }
    await this.#sweep(null, { signal: 'SIGTERM', graceMs: 10_000 });
    return stopped;
  }

  /** What is left of services that scatter their processes and have no pid file: of one of them, or of all. */
  async #sweep(name: string | null, { signal, graceMs }: Service['stop']): Promise<void> {
    await stopMarked(null, this.#markOf(name), signal, graceMs);
  }

  /** In the environment of all processes of a service; that of null is how those of all services begin. */
  #markOf(name: string | null): string {
    return `SHOP_PIPE_SERVICE=${this.#home}#${name === null ? '' : `${name}#`}`;
  }

  async #launch(service: Service): Promise<PidFile> {
    const { file, args, env, cwd } = await service.command();
    const settings = fingerprint(service);
    makeFolder(join(this.#home, 'logs'));
    const log = this.#openLog(service.name);
    this.#logStarts.set(service.name, fstatSync(log).size);
    try {
      const child = spawn(file, args, {
        detached: true,
        stdio: ['ignore', log, log],
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: process.env['HOME'] ?? '',
          LC_ALL: 'C',
          ...env,
          ...(service.scatters ? entryOf(this.#markOf(service.name)) : {}),
        },
        ...(cwd === undefined ? {} : { cwd }),
      });
      const failed = new Promise<never>((_, reject) => child.once('error', reject));
      const id = child.pid === undefined ? null : identify(child.pid);
      if (id === null) await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 100))]);
      child.unref();
      failed.catch(() => undefined);
      if (id === null) throw this.#failure(service, 'ended at once');
      const started: PidFile = {
        ...id,
        healthyAt: null,
        startedAt: new Date().toISOString(),
        endpoint: endpointOf(service),
        stop: service.stop,
        ...(service.needs.length === 0 ? {} : { needs: service.needs }),
        ...(settings === undefined ? {} : { settings }),
        ...(service.scatters ? { mark: this.#markOf(service.name) } : {}),
      };
      this.#pids.write(service.name, started);
      return started;
    } finally {
      closeSync(log);
    }
  }

  async #awaitHealthy(service: Service, file: PidFile, note?: (text: string) => void): Promise<void> {
    const deadline = Date.now() + service.startMs;
    for (;;) {
      const { ready, detail } = await service.probe(file);
      // Another one may have been quicker to take the port.
      if (ready && isAlive(file)) break;
      if (!isAlive(file)) throw this.#failure(service, 'ended while starting');
      if (this.#signal.aborted)
        throw interruptedError(
          `${service.name} is still starting; shop-pipe up goes on, shop-pipe down stops it`,
        );
      if (Date.now() > deadline)
        throw this.#failure(service, `not ready after ${service.startMs / 1000} s (${detail})`);
      const [last] = lastLogLines(this.logFile(service.name), 1);
      note?.(last === undefined ? detail : readableLine(last).slice(0, 80));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#pids.write(service.name, { ...file, healthyAt: new Date().toISOString() });
  }

  #failure(service: Service, what: string): Error {
    const file = this.logFile(service.name);
    const tail = lastLogLines(file, 5, this.#logStarts.get(service.name))
      .map((line) => readableLine(line).slice(0, 300))
      .join(' | ');
    return environmentError(
      `${service.name.replaceAll('-', '_')}_failed`,
      `${service.name} ${what}${tail ? `; its log ends: ${tail}` : ''}`,
      {
        suggestion: `shop-pipe logs ${service.name}`,
      },
    );
  }

  async #refuseTakenPort(service: Service, patienceMs = 0): Promise<void> {
    if (service.listen === undefined) return;
    const { host, port, variable } = service.listen;
    const deadline = Date.now() + patienceMs;
    for (;;) {
      if (await isPortFree(port, host)) return;
      if (Date.now() >= deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
}
