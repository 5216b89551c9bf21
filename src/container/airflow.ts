import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { inStep, type Progress } from '../progress.ts';
import { ensureAirflowDatabase } from '../runtime/native/airflow/database.ts';
import { airflowConfig, airflowFolders, passwordsFile } from '../runtime/native/airflow/settings.ts';
import { airflowVersion } from '../toolchain/airflow.ts';

export interface PrepareOptions {
  config: Config;
  project: Project;
  /** As a browser comes to its pages. */
  baseUrl: string;
  progress: Progress;
  signal: AbortSignal;
}

/** Before Airflow's containers start: its settings on their volume, role, database and tables. Idempotent. */
export async function prepareAirflow({
  config,
  project,
  baseUrl,
  progress,
  signal,
}: PrepareOptions): Promise<string> {
  const { user, password } = config.airflow;
  const { home, assets } = project;
  const folders = airflowFolders(home, assets);
  mkdirSync(folders.ownDags, { recursive: true, mode: 0o700 });
  const text = airflowConfig(config, folders, { baseUrl, host: '0.0.0.0' });
  writeFileSync(join(folders.home, 'airflow.cfg'), text, { mode: 0o600 });
  writeFileSync(passwordsFile(folders), JSON.stringify({ [user]: password }), { mode: 0o600 });
  const version = airflowVersion(assets);
  await inStep(progress, "Airflow's database", (step) =>
    ensureAirflowDatabase(config, {
      version,
      command: 'airflow',
      env: { AIRFLOW_HOME: folders.home, AIRFLOW_CONFIG: join(folders.home, 'airflow.cfg') },
      logFile: join(home, 'logs', 'airflow-migrations.log'),
      signal,
      say: (what) => step.advance(0, what),
    }),
  );
  return version;
}
