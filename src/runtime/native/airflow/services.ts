import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notOurAirflow } from '../../../airflow/own-airflow.ts';
import type { Config } from '../../../config/config.ts';
import { environmentError } from '../../../errors.ts';
import type { Progress } from '../../../progress.ts';
import { type Airflow, airflowVersion, ensureAirflow } from '../../../toolchain/airflow.ts';
import { findPython } from '../../../toolchain/python.ts';
import type { Service } from '../../service.ts';
import { ensureAirflowDatabase } from './database.ts';
import { airflowEnvironment } from './environment.ts';
import { Pulse } from './pulse.ts';
import { airflowConfig, airflowFolders, airflowListen, passwordsFile } from './settings.ts';

export interface AirflowServicesOptions {
  config: Config;
  home: string;
  assets: string;
  envFile: string;
  progress: Progress;
  signal: AbortSignal;
  /** The command line that tasks call; by default the one that ships with `assets`. */
  bin?: string;
}

/**
 * Airflow as three processes: API server, scheduler (whose LocalExecutor runs the tasks) and DAG processor; no triggerer,
 * since nothing here defers. Metadata in a database of the stack's Postgres, loopback only.
 */
export function airflowServices(options: AirflowServicesOptions): Service[] {
  const { config, home, assets, envFile, progress, signal } = options;
  const { url, user, password } = config.airflow;
  const version = airflowVersion(assets);
  const folders = airflowFolders(home, assets);
  const bin = options.bin ?? join(assets, 'bin', 'shop-pipe.mjs');
  const env = airflowEnvironment(folders, { bin, home, envFile, timezone: config.timezone });
  const text = airflowConfig(config, folders);
  const pulse = new Pulse({ url, user, password }, signal);

  let installation: Promise<Airflow> | null = null;
  const installed = (say: (what: string) => void): Promise<Airflow> =>
    (installation ??= ensureAirflow(assets, findPython(), {
      signal,
      onBuild: () => say('installing Airflow (240 MB)'),
      onWait: () => progress.note('another shop-pipe is installing Airflow; waiting for it'),
    }));
  const prepare = async (say: (what: string) => void): Promise<Airflow> => {
    const airflow = await installed(say);
    mkdirSync(folders.ownDags, { recursive: true, mode: 0o700 });
    writeFileSync(join(folders.home, 'airflow.cfg'), text, { mode: 0o600 });
    writeFileSync(passwordsFile(folders), JSON.stringify({ [user]: password }), { mode: 0o600 });
    return airflow;
  };
  const service = (
    name: string,
    args: readonly string[],
    own: Pick<Service, 'needs' | 'probe' | 'endsWith'>,
  ): Service => ({
    name: `airflow-${name}`,
    version,
    group: 'airflow',
    settings: JSON.stringify([version, text, user, password, bin, envFile, config.timezone]),
    scatters: true,
    check: () => checkOurs(config),
    prepare: async (say) => {
      await prepare(say);
      say('starting');
    },
    command: async () => {
      const { command } = await installed(() => undefined);
      return { file: command, args: [name, ...args], env, cwd: folders.home };
    },
    // A job under way gets the time that `etl run` takes to end Spark.
    stop: { signal: 'SIGTERM', graceMs: 40_000 },
    startMs: 180_000,
    ...own,
  });

  const server = service('api-server', [], { needs: ['postgres'], probe: (run) => pulse.apiServer(run) });
  return [
    {
      ...server,
      listen: airflowListen(url),
      async prepare(say) {
        const { command } = await prepare(say);
        const logFile = join(home, 'logs', 'airflow-api-server.log');
        await ensureAirflowDatabase(config, { version, command, env, logFile, signal, say });
        say('starting');
      },
    },
    service('scheduler', ['--skip-serve-logs'], {
      needs: ['airflow-api-server'],
      // It waits for its tasks to end, and goes.
      endsWith: ['postgres'],
      probe: (run) => pulse.part('scheduler', run),
    }),
    service('dag-processor', [], {
      needs: ['airflow-api-server'],
      endsWith: ['postgres'],
      probe: (run) => pulse.dagProcessor(run, 'shop_daily_etl'),
    }),
  ];
}

function checkOurs({ airflow }: Config): void {
  const elsewhere = notOurAirflow(airflow.url);
  if (elsewhere !== null)
    throw environmentError(
      'airflow_not_ours',
      `${elsewhere}, but shop-pipe is to run airflow itself: plain http on loopback`,
      { suggestion: 'for one that runs already set SHOP_PIPE_EXTERNAL=airflow in .env' },
    );
  const secrets = {
    AIRFLOW_PASSWORD: airflow.password,
    AIRFLOW_JWT_SECRET: airflow.jwtSecret,
    AIRFLOW_FERNET_KEY: airflow.fernetKey,
    AIRFLOW_DB_PASSWORD: airflow.database.password,
  };
  const missing = Object.entries(secrets).flatMap(([name, value]) => (value === '' ? [name] : []));
  if (missing.length > 0)
    throw environmentError('bad_configuration', `airflow needs ${missing.join(', ')}, which .env lacks`, {
      suggestion: 'shop-pipe init (fills in what is missing)',
    });
}
