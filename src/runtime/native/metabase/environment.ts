import { join } from 'node:path';
import type { Config } from '../../../config/config.ts';
import type { Listen } from '../../service.ts';

/** All settings of a Metabase of ours; nothing of them is in argv. */
export function metabaseEnvironment(
  { metabase }: Config,
  { host, port }: Listen,
  folder: string,
): Record<string, string> {
  const { database, encryptionKey, target } = metabase;
  return {
    MB_JETTY_HOST: host,
    MB_JETTY_PORT: String(port),
    MB_SITE_URL: target.url,
    MB_DB_TYPE: 'postgres',
    MB_DB_HOST: database.host,
    MB_DB_PORT: String(database.port),
    MB_DB_DBNAME: database.database,
    MB_DB_USER: database.user,
    MB_DB_PASS: database.password,
    MB_ENCRYPTION_SECRET_KEY: encryptionKey,
    MB_PLUGINS_DIR: join(folder, 'plugins'),
    MB_ANON_TRACKING_ENABLED: 'false',
    MB_CHECK_FOR_UPDATES: 'false',
    MB_LOAD_SAMPLE_CONTENT: 'false',
    MB_EMOJI_IN_LOGS: 'false',
    MB_COLORIZE_LOGS: 'false',
    // One person or a few; the stack's Postgres has a hundred connections for everybody.
    MB_APPLICATION_DB_MAX_CONNECTION_POOL_SIZE: '8',
    MB_JDBC_DATA_WAREHOUSE_MAX_CONNECTION_POOL_SIZE: '8',
  };
}
