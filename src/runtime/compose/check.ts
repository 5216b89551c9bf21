import { notOurAirflow } from '../../airflow/own-airflow.ts';
import type { Config } from '../../config/config.ts';
import { isPortFree } from '../../config/free-port.ts';
import { environmentError } from '../../errors.ts';
import { notOurBroker } from '../../kafka/own-broker.ts';
import { portHolder } from '../../process/port-holder.ts';
import { type Container, stateOf } from './containers.ts';
import { type Docker, lacksMemory } from './docker.ts';
import { publishedPorts } from './services.ts';

/** Throws what `.env` asks for that containers published on loopback are not. */
export function checkSettings(config: Config): void {
  const { external, kafka, airflow, postgres } = config;
  const broker = kafka.target.brokers[0] ?? '';
  const elsewhere =
    notOurBroker(kafka.target) ??
    notOurAirflow(airflow.url) ??
    (broker.startsWith('127.0.0.1:') ? null : `KAFKA_BROKERS names ${broker}, not 127.0.0.1 and a port`) ??
    (postgres.host === '127.0.0.1' ? null : `POSTGRES_HOST is ${postgres.host}, not 127.0.0.1`) ??
    (external.length === 0 ? null : `SHOP_PIPE_EXTERNAL names ${external.join(', ')}`);
  if (elsewhere === null) return;
  throw environmentError('compose_not_ours', `${elsewhere}, but compose runs every engine itself`, {
    suggestion: 'mend .env, or: shop-pipe up --runtime native',
  });
}

/** @throws ShopPipeError `docker_memory`. */
export function checkMemory(docker: Docker, profiles: readonly string[]): void {
  const lack = lacksMemory(docker, profiles);
  if (lack === null) return;
  throw environmentError('docker_memory', lack, {
    suggestion:
      'give Docker more memory (Docker Desktop: Settings, Resources), or less of the stack: shop-pipe up postgres kafka',
  });
}

/** @throws ShopPipeError `port_taken` for a service that is about to start. */
export async function checkPorts(config: Config, containers: readonly Container[]): Promise<void> {
  const running = new Set(
    containers.filter((one) => !['stopped', 'failed'].includes(stateOf(one))).map(({ service }) => service),
  );
  for (const [service, { host, port, variable }] of Object.entries(publishedPorts(config))) {
    if (running.has(service) || (await isPortFree(port, host))) continue;
    throw environmentError('port_taken', `port ${port} of ${service} is taken by ${portHolder(port)}`, {
      suggestion: `stop that, or set another ${variable} in .env`,
    });
  }
}
