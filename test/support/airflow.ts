import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Config, configFrom } from '../../src/config/config.ts';
import { loadEnvironment } from '../../src/config/environment.ts';
import { initialise } from '../../src/config/init.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { airflowServices } from '../../src/runtime/native/airflow/services.ts';
import { Supervisor } from '../../src/runtime/native/supervisor.ts';
import type { Service } from '../../src/runtime/service.ts';
import { AirflowApi } from './airflow-api.ts';
import { testPort } from './port.ts';
import { testServer } from './postgres.ts';

const assets = resolve(import.meta.dirname, '../..');

/** An Airflow with a home, database and port of its own on the run's Postgres; not started yet. */
export interface TestAirflow {
  home: string;
  config: Config;
  supervisor: Supervisor;
  services: Service[];
  api: AirflowApi;
  service(name: string): Service;
  /** Starts what does not run. */
  start(): Promise<void>;
  pid(name: string): Promise<number>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

/** @param bin stands in for the command line that tasks call. */
export async function testAirflow(bin: (home: string) => string): Promise<TestAirflow> {
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-airflow-'));
  const envFile = join(home, '.env');
  const server = testServer();
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const port = await testPort(28_000);
  const given = {
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: String(server.port),
    POSTGRES_DB: `af_${randomBytes(4).toString('hex')}`,
    POSTGRES_SUPERUSER_PASSWORD: server.passwords.postgres,
    AIRFLOW_URL: `http://127.0.0.1:${port}`,
    // The role is one for all databases of the server.
    AIRFLOW_DB_PASSWORD: sha256(server.passwords.postgres),
    SHOP_TIMEZONE: 'America/Sao_Paulo',
  };
  await initialise(envFile, given);
  const config = configFrom(loadEnvironment(envFile, given));
  const { signal } = new AbortController();
  const supervisor = new Supervisor(home, silent, signal);
  const services = airflowServices({
    config,
    home,
    assets,
    envFile,
    progress: silent,
    signal,
    bin: bin(home),
  });
  const service = (name: string): Service => {
    const found = services.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  const { url, user, password } = config.airflow;
  return {
    home,
    config,
    supervisor,
    services,
    api: new AirflowApi(url, user, password),
    service,
    async start() {
      const [server, ...others] = services;
      if (server !== undefined) await supervisor.start(server);
      await Promise.all(others.map((one) => supervisor.start(one)));
    },
    async pid(name) {
      const { pid } = await supervisor.status(service(name));
      if (pid === null) throw new Error(`${name} does not run`);
      return pid;
    },
    async remove() {
      await supervisor.stopAll();
      await withClient(config.postgres.superuser, (client) =>
        client.query(`drop database if exists ${config.airflow.database.database} with (force)`),
      );
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Puts a DAG file into the folder of the project's own. */
export function writeDag(home: string, name: string, text: string): void {
  const folder = join(home, 'airflow', 'dags');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}
