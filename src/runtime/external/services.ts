import { probeAirflow } from '../../airflow/probe.ts';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../config/schema.ts';
import { environmentError } from '../../errors.ts';
import { probeKafka } from '../../kafka/probe.ts';
import { probeMetabase } from '../../metabase/probe.ts';
import { probePostgres } from '../../postgres/probe.ts';
import type { Probe, ServiceStatus } from '../service.ts';

/** An engine that somebody else runs: it can be asked, and that is all. */
export interface ExternalService {
  name: Engine;
  endpoint: string;
  probe: () => Promise<Probe>;
  /** Where to look when it does not answer. */
  variables: string;
}

/** Every engine as somebody else's. */
export function externalServices(config: Config): ExternalService[] {
  const { host, port } = config.postgres;
  const { target } = config.kafka;
  const { url } = config.airflow;
  return [
    {
      name: 'postgres',
      endpoint: `${host}:${port}`,
      probe: () => probePostgres(config.postgres),
      variables: 'POSTGRES_HOST and POSTGRES_PORT',
    },
    {
      name: 'kafka',
      endpoint: target.brokers.join(','),
      probe: () => probeKafka(target),
      variables: 'KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL and KAFKA_SSL_CA',
    },
    {
      name: 'airflow',
      endpoint: url,
      probe: () => probeAirflow(url),
      variables: 'AIRFLOW_URL',
    },
    {
      name: 'metabase',
      endpoint: config.metabase.target.url,
      probe: () => probeMetabase(config.metabase.target.url),
      variables: 'METABASE_URL',
    },
  ];
}

export async function externalStatus({ name, endpoint, probe }: ExternalService): Promise<ServiceStatus> {
  const { ready } = await probe();
  return { name, state: ready ? 'healthy' : 'unhealthy', pid: null, endpoint, version: null };
}

/** @throws ShopPipeError `service_unreachable`. */
export async function requireAnswer({ name, endpoint, probe, variables }: ExternalService): Promise<void> {
  const { ready, detail } = await probe();
  if (ready) return;
  throw environmentError('service_unreachable', `${name} at ${endpoint} does not answer (${detail})`, {
    suggestion: `check ${variables} in .env, and that it runs`,
  });
}
