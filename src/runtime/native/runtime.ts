import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../config/schema.ts';
import { usageError } from '../../errors.ts';
import {
  type ExternalService,
  externalServices,
  externalStatus,
  requireAnswer,
} from '../external/services.ts';
import { inNeedOrder } from '../need-order.ts';
import type { LogSource, Runtime, UpResult } from '../runtime.ts';
import type { Service, ServiceStatus } from '../service.ts';
import { kafkaService } from './kafka/service.ts';
import { postgresService } from './postgres/service.ts';
import { type NativeContext, stackLock } from './stack-lock.ts';
import { Supervisor } from './supervisor.ts';

export interface NativeOptions extends NativeContext {
  config: Config;
  /** What ships with shop-pipe; its node_modules hold the engines' packages. */
  assets: string;
}

/** Logs that are no service's own: jobs write them. */
const jobLogs = ['spark'];

type Managed = { external: null; service: Service } | { external: ExternalService; service: null };
type Listed = Managed & { name: string; needs: readonly string[] };

/** The engines as processes of this machine, but for those that SHOP_PIPE_EXTERNAL names. */
export function nativeRuntime({ config, home, assets, progress, signal }: NativeOptions): Runtime {
  const supervisor = new Supervisor(home, progress, signal);
  const makers: Record<Engine, () => Service> = {
    postgres: () => postgresService(config, home, join(assets, 'package.json')),
    kafka: () => kafkaService({ target: config.kafka.target, home, assets, progress, signal }),
  };
  const listed = (): Listed[] =>
    externalServices(config).map((external): Listed => {
      if (config.external.includes(external.name))
        return { name: external.name, needs: [], external, service: null };
      const service = makers[external.name]();
      return { name: service.name, needs: service.needs, external: null, service };
    });
  const ours = (): Service[] => listed().flatMap(({ service }) => service ?? []);
  const status = (): Promise<ServiceStatus[]> =>
    Promise.all(
      listed().map(({ external, service }) =>
        external === null ? supervisor.status(service) : externalStatus(external),
      ),
    );

  return {
    name: 'native',
    async up(names): Promise<UpResult> {
      return stackLock({ home, progress, signal }, async () => {
        const wanted = inNeedOrder(listed(), names);
        for (const { external, service } of wanted)
          await (external === null ? supervisor.check(service) : requireAnswer(external));
        const started = await startAll(
          wanted.flatMap(({ service }) => service ?? []),
          (service) => supervisor.start(service),
        );
        return {
          runtime: 'native',
          services: await status(),
          started,
          wanted: wanted.map(({ name }) => name),
        };
      });
    },
    status,
    async logs(service): Promise<LogSource[]> {
      const known = [...ours().map((s) => s.name), ...jobLogs];
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

/**
 * Starts each service as soon as what it needs is healthy, the others beside it. Returns the names of those that were
 * started; waits for all even when one fails, so that nothing goes on behind an error message.
 */
async function startAll(
  services: readonly Service[],
  start: (service: Service) => Promise<boolean>,
): Promise<string[]> {
  const starts = new Map<string, Promise<boolean>>();
  for (const service of services) {
    const needed = service.needs.flatMap((name) => starts.get(name) ?? []);
    starts.set(
      service.name,
      Promise.all(needed).then(() => start(service)),
    );
  }
  await Promise.allSettled(starts.values());
  const started = await Promise.all([...starts].map(async ([name, begun]) => ((await begun) ? [name] : [])));
  return started.flat();
}
