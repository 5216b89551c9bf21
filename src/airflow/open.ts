import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { isAlive } from '../process/process-table.ts';
import type { Progress } from '../progress.ts';
import { PidFiles } from '../runtime/native/pid-files.ts';
import { AirflowClient, type AirflowProcesses } from './client.ts';

export interface OpenAirflow {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

/** A client of the Airflow that `.env` names; nothing is asked of it yet. */
export function openAirflow({ config, project, progress, signal }: OpenAirflow): AirflowClient {
  const { url, user, password } = config.airflow;
  const processes = ownProcesses(new PidFiles(join(project.home, 'run')), new URL(url).host);
  return new AirflowClient({ target: { url, user, password }, progress, signal, processes });
}

/** By the pid files of an Airflow that `up` started, if it is the one that listens at `endpoint`. */
function ownProcesses(files: PidFiles, endpoint: string): AirflowProcesses {
  const runs = (name: string): boolean => {
    const file = files.read(name);
    return file !== null && isAlive(file);
  };
  const listens = (): boolean =>
    files.read('airflow-api-server')?.endpoint === endpoint && runs('airflow-api-server');
  return { starting: listens, gone: (part) => listens() && !runs(`airflow-${part}`) };
}
