import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { isAlive } from '../process/process-table.ts';
import type { Progress } from '../progress.ts';
import { PidFiles } from '../runtime/native/pid-files.ts';
import { AirflowClient } from './client.ts';

export interface OpenAirflow {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

/** A client of the Airflow that `.env` names; nothing is asked of it yet. */
export function openAirflow({ config, project, progress, signal }: OpenAirflow): AirflowClient {
  const { url, user, password } = config.airflow;
  const starting = (): boolean => {
    const server = new PidFiles(join(project.home, 'run')).read('airflow-api-server');
    return server !== null && server.endpoint === new URL(url).host && isAlive(server);
  };
  return new AirflowClient({ target: { url, user, password }, progress, signal, starting });
}
