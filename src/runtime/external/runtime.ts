import type { Config } from '../../config/config.ts';
import { environmentError } from '../../errors.ts';
import { probePostgres } from '../../postgres/probe.ts';
import type { Runtime } from '../runtime.ts';
import type { ServiceStatus } from '../service.ts';

/** Engines that somebody else runs: nothing is started or stopped, only asked. */
export function externalRuntime(config: Config): Runtime {
  const status = async (): Promise<ServiceStatus[]> => {
    const { host, port } = config.postgres;
    const { ready } = await probePostgres(config.postgres);
    return [
      {
        name: 'postgres',
        state: ready ? 'healthy' : 'unhealthy',
        pid: null,
        endpoint: `${host}:${port}`,
        version: null,
      },
    ];
  };
  return {
    name: 'external',
    status,
    async up() {
      const services = await status();
      const missing = services.find((service) => service.state !== 'healthy');
      if (missing) {
        throw environmentError(
          'service_unreachable',
          `${missing.name} at ${missing.endpoint} does not answer`,
          {
            suggestion: 'check POSTGRES_HOST and POSTGRES_PORT in .env, and that it runs',
          },
        );
      }
      return { runtime: 'external', services, started: [] };
    },
    down: async () => [],
    logs: async () => [],
  };
}
