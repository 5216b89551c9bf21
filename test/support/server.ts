import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, configFrom } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/schema.ts';
import { bootstrap } from '../../src/postgres/bootstrap.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { migrateUp } from '../../src/postgres/migrations/run.ts';
import { silent } from '../../src/progress.ts';
import { purgeFolder } from '../../src/runtime/native/postgres/folder.ts';
import { postgresService } from '../../src/runtime/native/postgres/service.ts';
import { Supervisor } from '../../src/runtime/native/supervisor.ts';
import { testPort } from './port.ts';
import { type TestServer, templateName } from './postgres.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface RunningServer {
  server: TestServer;
  /** Where the server logs, for tests that read its statements. */
  logFile: string;
  /** Stops it and deletes its data. */
  stop(): Promise<void>;
}

/** Starts a Postgres of the run's own, with the roles, and a migrated template that each test file clones. */
export async function startServer(): Promise<RunningServer> {
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-test-'));
  const password = (): string => randomBytes(12).toString('hex');
  const config: Config = configFrom({
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: await testPort(22_500),
    POSTGRES_DB: templateName,
    POSTGRES_USER: 'shop_owner',
    POSTGRES_PASSWORD: password(),
    POSTGRES_SUPERUSER_PASSWORD: password(),
    SHOP_ETL_PASSWORD: password(),
    SHOP_STREAM_PASSWORD: password(),
    SHOP_BI_PASSWORD: password(),
    SHOP_TIMEZONE: 'America/Sao_Paulo',
    SPARK_MASTER: 'local[*]',
  } as Environment);
  const supervisor = new Supervisor(home, silent, new AbortController().signal);
  const service = postgresService(config, home, join(root, 'package.json'));
  const stop = async (): Promise<void> => {
    await supervisor.stopAll();
    purgeFolder(home);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await supervisor.start(service);
    await bootstrap(config);
    await migrateUp({
      owner: config.postgres.owner,
      directory: join(root, 'sql', 'migrations'),
      progress: silent,
    });
    // No connection may be left in a template; this one stops new ones by mistake.
    await withClient(config.postgres.superuser, (client) =>
      client.query(`alter database ${templateName} with is_template true`),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const { superuser, owner, etl, stream, bi, host, port } = config.postgres;
  const passwords = Object.fromEntries(
    [superuser, owner, etl, stream, bi].map((role) => [role.user, role.password]),
  );
  return {
    server: { host, port, passwords: passwords as TestServer['passwords'] },
    logFile: supervisor.logFile('postgres'),
    stop,
  };
}
