import type { PgTarget } from '../postgres/target.ts';
import type { Environment } from './schema.ts';

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
  sparkMaster: string;
  timezone: string;
  /** What flag, environment or `.env` ask for; null where nobody said. */
  runtime: RuntimeName | null;
  olistPath: string | null;
}

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
    sparkMaster: env.SPARK_MASTER,
    timezone: env.SHOP_TIMEZONE,
    runtime: env.SHOP_PIPE_RUNTIME === '' ? null : env.SHOP_PIPE_RUNTIME,
    olistPath: env.OLIST_PATH === '' ? null : env.OLIST_PATH,
  };
}
