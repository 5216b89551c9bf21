import { environmentError } from '../errors.ts';
import type { KafkaTarget } from '../kafka/target.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Engine, Environment } from './schema.ts';

export type RuntimeName = 'native' | 'compose' | 'external';

/** The environment in the shape that the domain asks for it. No secret is anywhere else. */
export interface Config {
  postgres: {
    host: string;
    port: number;
    database: string;
    superuser: PgTarget;
    owner: PgTarget;
    etl: PgTarget;
    stream: PgTarget;
    bi: PgTarget;
  };
  kafka: {
    target: KafkaTarget;
    /** What `up` makes the topic of order events with. */
    partitions: number;
    retentionMs: number;
  };
  /** Engines that run elsewhere although the runtime runs engines. */
  external: readonly Engine[];
  airflow: {
    /** Of the REST API and the web pages, without a slash at its end. */
    url: string;
    user: string;
    password: string;
    /** What an Airflow of our own needs besides; the secrets are empty where `.env` is older than they are. */
    jwtSecret: string;
    fernetKey: string;
    database: PgTarget;
  };
  metabase: {
    /** URL without a slash at its end; a key is taken instead of e-mail and password, empty where there is none. */
    target: { url: string; email: string; password: string; apiKey: string };
    /** The shop's database as Metabase sees it, by the role that may only read. */
    source: PgTarget;
    /** What a Metabase of our own needs besides; the secrets are empty where `.env` is older than they are. */
    jar: string | null;
    jarSha256: string | null;
    javaHome: string | null;
    encryptionKey: string;
    database: PgTarget;
  };
  sparkMaster: string;
  /** What a job asks of a cluster; `secret` is null where it wants none. */
  spark: { secret: string | null; cores: number | null; executorMemory: string; driverMemory: string };
  stream: {
    /** Messages of a micro-batch at most. */
    maxOffsetsPerTrigger: number;
  };
  timezone: string;
  /** What flag, environment or `.env` ask for; null where nobody said. */
  runtime: RuntimeName | null;
  olistPath: string | null;
  compose: { project: string; profiles: readonly string[] };
}

/** @throws ShopPipeError `bad_configuration` where two variables do not fit together. */
export function configFrom(env: Environment): Config {
  const { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_DB: database } = env;
  const role = (user: string, password: string): PgTarget => ({ host, port, database, user, password });
  return {
    postgres: {
      host,
      port,
      database,
      superuser: { ...role('postgres', env.POSTGRES_SUPERUSER_PASSWORD), database: 'postgres' },
      owner: role(env.POSTGRES_USER, env.POSTGRES_PASSWORD),
      etl: role('shop_etl', env.SHOP_ETL_PASSWORD),
      stream: role('shop_stream', env.SHOP_STREAM_PASSWORD),
      bi: role('shop_bi', env.SHOP_BI_PASSWORD),
    },
    kafka: {
      target: kafkaTarget(env),
      partitions: env.KAFKA_TOPIC_PARTITIONS,
      retentionMs: env.KAFKA_TOPIC_RETENTION_HOURS * 3_600_000,
    },
    external: env.SHOP_PIPE_EXTERNAL,
    airflow: {
      url: env.AIRFLOW_URL,
      user: env.AIRFLOW_USER,
      password: env.AIRFLOW_PASSWORD,
      jwtSecret: env.AIRFLOW_JWT_SECRET,
      fernetKey: env.AIRFLOW_FERNET_KEY,
      database: {
        ...role('shop_airflow', env.AIRFLOW_DB_PASSWORD),
        // No name is longer than 63 characters.
        database: `${database.slice(0, 55)}_airflow`,
      },
    },
    metabase: {
      target: {
        url: env.METABASE_URL,
        email: env.METABASE_EMAIL,
        password: env.METABASE_PASSWORD,
        apiKey: env.METABASE_API_KEY,
      },
      source: {
        ...role('shop_bi', env.SHOP_BI_PASSWORD),
        host: env.METABASE_POSTGRES_HOST || host,
        port: env.METABASE_POSTGRES_PORT ?? port,
      },
      jar: env.METABASE_JAR || null,
      jarSha256: env.METABASE_JAR_SHA256?.toLowerCase() || null,
      javaHome: env.METABASE_JAVA_HOME || null,
      encryptionKey: env.METABASE_ENCRYPTION_KEY,
      database: {
        ...role('shop_metabase', env.METABASE_DB_PASSWORD),
        database: `${database.slice(0, 54)}_metabase`,
      },
    },
    sparkMaster: env.SPARK_MASTER,
    spark: {
      secret: env.SPARK_AUTHENTICATE ? env.SPARK_AUTH_SECRET : null,
      cores: env.SPARK_JOB_CORES === '' ? null : env.SPARK_JOB_CORES,
      executorMemory: env.SPARK_EXECUTOR_MEMORY,
      driverMemory: env.SPARK_DRIVER_MEMORY,
    },
    stream: { maxOffsetsPerTrigger: env.STREAM_MAX_OFFSETS_PER_TRIGGER },
    timezone: env.SHOP_TIMEZONE,
    runtime: env.SHOP_PIPE_RUNTIME === '' ? null : env.SHOP_PIPE_RUNTIME,
    olistPath: env.OLIST_PATH === '' ? null : env.OLIST_PATH,
    compose: {
      project: env.COMPOSE_PROJECT_NAME,
      profiles: env.COMPOSE_PROFILES,
    },
  };
}

function kafkaTarget(env: Environment): KafkaTarget {
  const security = env.KAFKA_SECURITY_PROTOCOL;
  const login = security === 'SASL_PLAINTEXT' || security === 'SASL_SSL';
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (login && (username === '' || password === '')) {
    throw environmentError(
      'bad_configuration',
      `bad configuration: KAFKA_SECURITY_PROTOCOL=${security} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
      { suggestion: 'set both in .env' },
    );
  }
  return {
    brokers: env.KAFKA_BROKERS,
    security,
    sasl: login ? { mechanism: mechanisms[env.KAFKA_SASL_MECHANISM], username, password } : null,
    ca: env.KAFKA_SSL_CA === '' ? null : env.KAFKA_SSL_CA,
  };
}

const mechanisms = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;
