import { delimiter, dirname, join } from 'node:path';
import { variables } from '../../../config/schema.ts';
import type { AirflowFolders } from './settings.ts';

export interface TaskEnvironment {
  /** The command line that tasks call. */
  bin: string;
  /** Of shop-pipe: data and logs. */
  home: string;
  envFile: string;
  timezone: string;
}

/** What the installers, the search for a JDK and the command line itself read besides their settings. */
const inherited =
  /^(JAVA_HOME|XDG_CACHE_HOME|TMPDIR|LANG|SSL_CERT_FILE|SSL_CERT_DIR|(PIP|UV|NODE)_\w+|(https?|no)_proxy)$/i;

/**
 * The environment of Airflow's processes, and so of its tasks. Settings that `up` was given by its environment and not
 * by `.env` go along; Airflow's own stand in its file.
 */
export function airflowEnvironment(
  folders: AirflowFolders,
  task: TaskEnvironment,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const names = variables.map(({ name }): string => name);
  const settings = new Set(names.filter((name) => !name.startsWith('AIRFLOW_')));
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      entry[1] !== '' &&
      (inherited.test(entry[0]) || settings.has(entry[0]) || entry[0].startsWith('SHOP_AIRFLOW_')),
  );
  const noProxy = ['127.0.0.1', 'localhost', '::1', env['NO_PROXY'] ?? env['no_proxy'] ?? ''];
  return {
    ...Object.fromEntries(passed),
    NO_PROXY: noProxy.filter(Boolean).join(','),
    no_proxy: noProxy.filter(Boolean).join(','),
    // The command line's first line asks for a `node`: this one.
    PATH: [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter),
    LC_ALL: 'C.UTF-8',
    AIRFLOW_HOME: folders.home,
    AIRFLOW_CONFIG: join(folders.home, 'airflow.cfg'),
    // DAGs of a project may use the operator.
    PYTHONPATH: folders.dags,
    PYTHONUNBUFFERED: '1',
    // Titles of processes would overwrite the environment by which they are found again.
    SPT_NOENV: '1',
    SHOP_PIPE_BIN: task.bin,
    SHOP_PIPE_HOME: task.home,
    SHOP_PIPE_ENV_FILE: task.envFile,
    SHOP_TIMEZONE: task.timezone,
  };
}
