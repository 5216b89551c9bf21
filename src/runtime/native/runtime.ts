import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../config/schema.ts';
import { ShopPipeError } from '../../errors.ts';
import {
  type ExternalService,
  externalServices,
  externalStatus,
  requireAnswer,
} from '../external/services.ts';
import { chosenLogs, jobLogs } from '../log-sources.ts';
import { fileLogs, type Logs } from '../logs.ts';
import { inNeedOrder } from '../need-order.ts';
import type { Runtime, UpResult } from '../runtime.ts';
import type { Service, ServiceStatus } from '../service.ts';
import { airflowServices } from './airflow/services.ts';
import { kafkaService } from './kafka/service.ts';
import { metabaseService } from './metabase/service.ts';
import { postgresService } from './postgres/service.ts';
import { type NativeContext, stackLock } from './stack-lock.ts';
import { Supervisor } from './supervisor.ts';

export interface NativeOptions extends NativeContext {
  config: Config;
  /** What ships with shop-pipe; its node_modules hold the engines' packages. */
  assets: string;
  envFile: string;
}

type Managed = { external: null; service: Service } | { external: ExternalService; service: null };
type Listed = Managed & { name: string; needs: readonly string[]; group?: string };

/** The engines as processes of this machine, but for those that SHOP_PIPE_EXTERNAL names. */
export function nativeRuntime(options: NativeOptions): Runtime {
  const { config, home, assets, envFile, progress, signal } = options;
  const supervisor = new Supervisor(home, progress, signal);
  const makers: Record<Engine, () => Service[]> = {
    postgres: () => [postgresService(config, home, join(assets, 'package.json'))],
    kafka: () => [kafkaService({ target: config.kafka.target, home, assets, progress, signal })],
    airflow: () => airflowServices({ config, home, assets, envFile, progress, signal }),
    metabase: () => [metabaseService({ config, home, envFile, progress, signal })],
  };
  const listed = (): Listed[] =>
    externalServices(config).flatMap((external): Listed[] => {
      if (config.external.includes(external.name))
        return [{ name: external.name, needs: [], external, service: null }];
      return makers[external.name]().map((service) => ({ ...namesOf(service), external: null, service }));
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
    async up(names, onHealthy = async () => undefined): Promise<UpResult> {
      return stackLock({ home, progress, signal }, async () => {
        /** Goes on without one that is no part of the pipeline and was not asked for. */
        const unlessExtra = async <T>(service: Service, work: Promise<T>): Promise<T | null> => {
          if (names.length > 0 || !service.extra) return work;
          return work.catch((error: unknown) => {
            if (!(error instanceof ShopPipeError) || error.kind === 'interrupted') throw error;
            const remedy = error.suggestion === undefined ? '' : ` (${error.suggestion})`;
            progress.warn(`${service.name} is left out: ${error.message}${remedy}`);
            return null;
          });
        };
        const wanted: Listed[] = [];
        for (const one of inNeedOrder(listed(), names)) {
          if (one.external !== null) await requireAnswer(one.external);
          else if (names.length === 0 && one.service.onDemand) continue;
          else if ((await unlessExtra(one.service, supervisor.check(one.service))) === null) continue;
          wanted.push(one);
        }
        for (const { external } of wanted) if (external !== null) await onHealthy(external.name);
        const services = wanted.flatMap(({ service }) => service ?? []);
        // What needs another one stops before it.
        for (const service of services.toReversed()) {
          await supervisor.retire(service);
          await supervisor.retireOrphan(service);
        }
        const started = await startAll(services, async (service) => {
          const begun = await unlessExtra(service, supervisor.start(service));
          if (begun !== null) await onHealthy(service.name);
          return begun ?? false;
        });
        return { runtime: 'native', services: await status(), started };
      });
    },
    status,
    async logs(service): Promise<Logs> {
      const services = ours().map(({ name, group }) => ({
        service: name,
        group,
        file: supervisor.logFile(name),
      }));
      return fileLogs(chosenLogs([...services, ...jobLogs(home)], service));
    },
  };
}

const namesOf = ({ name, needs, group }: Service): Pick<Listed, 'name' | 'needs' | 'group'> => ({
  name,
  needs,
  ...(group === undefined ? {} : { group }),
});

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
