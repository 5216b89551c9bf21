import type { Config } from '../../config/config.ts';
import { brokerAddress } from '../../kafka/target.ts';
import { airflowListen, listenAt } from '../native/airflow/settings.ts';
import type { Listen } from '../service.ts';

/** A long-running service of compose.yaml, for people. */
export interface ComposeService {
  name: string;
  group?: string;
  /** Started by `up` as well, and over when they have done their work. */
  chores?: readonly string[];
  /** Only with this one in COMPOSE_PROFILES. */
  profile?: string;
}

/** In the order in which they need each other. `ready`, which only waits, is left out. */
export const composeServices: readonly ComposeService[] = [
  { name: 'postgres' },
  { name: 'kafka' },
  { name: 'spark-master', group: 'spark' },
  { name: 'spark-worker', group: 'spark' },
  { name: 'stream', chores: ['migrate', 'topics', 'seed'] },
  { name: 'airflow-api-server', group: 'airflow', chores: ['airflow-init'] },
  { name: 'airflow-scheduler', group: 'airflow' },
  { name: 'airflow-dag-processor', group: 'airflow', chores: ['first-run'] },
  { name: 'metabase', profile: 'bi', chores: ['metabase-provision'] },
  { name: 'producer', profile: 'demo' },
];

export const chores: readonly string[] = composeServices.flatMap((service) => service.chores ?? []);

export const servicesOf = ({ compose }: Pick<Config, 'compose'>): ComposeService[] =>
  composeServices.filter(({ profile }) => profile === undefined || compose.profiles.includes(profile));

/** What this machine has to have free for each service that is published. */
export function publishedPorts(config: Config): Record<string, Listen> {
  const { port } = config.postgres;
  return {
    postgres: { host: '127.0.0.1', port, variable: 'POSTGRES_PORT' },
    kafka: { ...brokerAddress(config.kafka.target.brokers[0] ?? ''), variable: 'KAFKA_BROKERS' },
    'airflow-api-server': { ...airflowListen(config.airflow.url), variable: 'AIRFLOW_URL' },
    ...(config.compose.profiles.includes('bi')
      ? { metabase: listenAt(config.metabase.target.url, 'METABASE_URL') }
      : {}),
  };
}
