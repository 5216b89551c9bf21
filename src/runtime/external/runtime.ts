import type { Config } from '../../config/config.ts';
import { chosenLogs, jobLogs } from '../log-sources.ts';
import { fileLogs } from '../logs.ts';
import { inNeedOrder } from '../need-order.ts';
import type { Runtime } from '../runtime.ts';
import type { ServiceStatus } from '../service.ts';
import { externalServices, externalStatus, requireAnswer } from './services.ts';

/** Engines that somebody else runs: nothing is started or stopped, only asked. */
export function externalRuntime(config: Config, home: string): Runtime {
  const services = externalServices(config).map((service) => ({ ...service, needs: [] }));
  // Not everybody has a Metabase: it counts where it is named.
  const usual = services.filter(({ name }) => name !== 'metabase' || config.external.includes(name));
  const status = (): Promise<ServiceStatus[]> => Promise.all(usual.map(externalStatus));
  return {
    name: 'external',
    status,
    async up(names, onHealthy) {
      const wanted = names.length === 0 ? usual : inNeedOrder(services, names);
      for (const service of wanted) {
        await requireAnswer(service);
        await onHealthy?.(service.name);
      }
      return { runtime: 'external', services: await status(), started: [] };
    },
    logs: async (service) => fileLogs(chosenLogs(jobLogs(home), service)),
  };
}
