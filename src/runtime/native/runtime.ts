import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { usageError } from '../../errors.ts';
import { withLock } from '../../process/lock.ts';
import type { Progress } from '../../progress.ts';
import { inNeedOrder } from '../need-order.ts';
import type { LogSource, Runtime, UpResult } from '../runtime.ts';
import type { Service, ServiceStatus } from '../service.ts';
import { purgeFolder } from './postgres/folder.ts';
import { postgresService } from './postgres/service.ts';
import { Supervisor } from './supervisor.ts';

export interface NativeOptions {
  config: Config;
  home: string;
  /** A file whose node_modules hold the engines' packages. */
  modulesOf: string;
  progress: Progress;
  signal: AbortSignal;
}

/** Logs that are no service's own: jobs write them. */
const jobLogs = ['spark'];

/** The engines as processes of this machine. */
export function nativeRuntime({ config, home, modulesOf, progress, signal }: NativeOptions): Runtime {
  const supervisor = new Supervisor(home, progress, signal);
  const services = (): Service[] => [postgresService(config, home, modulesOf)];
  const locked = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(
      join(home, 'run', 'stack.lock'),
      {
        waitMs: 300_000,
        signal,
        onWait: (holder) => progress.note(`waiting for another shop-pipe (pid ${holder.pid})`),
      },
      work,
    );
  const status = (): Promise<ServiceStatus[]> =>
    Promise.all(services().map((service) => supervisor.status(service)));

  return {
    name: 'native',
    async up(names): Promise<UpResult> {
      return locked(async () => {
        const started: string[] = [];
        for (const service of inNeedOrder(services(), names)) {
          if (await supervisor.start(service)) started.push(service.name);
        }
        return { runtime: 'native', services: await status(), started };
      });
    },
    async down({ purge }) {
      if (!existsSync(home)) return [];
      return locked(async () => {
        const stopped: string[] = [];
        for (const service of inNeedOrder(services(), []).reverse()) {
          if (await supervisor.stop(service)) stopped.push(service.name);
        }
        if (purge) {
          purgeFolder(home);
          for (const part of ['logs', 'runtime.json'])
            rmSync(join(home, part), { recursive: true, force: true });
        }
        return stopped;
      });
    },
    status,
    async logs(service): Promise<LogSource[]> {
      const known = [...services().map((s) => s.name), ...jobLogs];
      if (service !== null && !known.includes(service)) {
        throw usageError('unknown_service', `there is no service ${service}`, `one of: ${known.join(', ')}`);
      }
      return known
        .filter((name) => service === null || name === service)
        .map((name) => ({ service: name, file: supervisor.logFile(name) }))
        .filter(({ file }) => existsSync(file));
    },
  };
}
