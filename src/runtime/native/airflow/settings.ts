import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../../config/config.ts';
import type { Listen } from '../../service.ts';

export interface AirflowFolders {
  /** AIRFLOW_HOME. */
  home: string;
  /** The DAGs that ship with shop-pipe, and those of the project's own. */
  dags: string;
  ownDags: string;
}

export const airflowFolders = (home: string, assets: string): AirflowFolders => ({
  home: join(home, 'airflow'),
  dags: join(assets, 'airflow', 'dags'),
  ownDags: join(home, 'airflow', 'dags'),
});

/** Where an Airflow of our own listens. */
export const airflowListen = (url: string): Listen => listenAt(url, 'AIRFLOW_URL');

/** Where a web server of our own listens whose address `variable` is. */
export function listenAt(url: string, variable: string): Listen {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port), variable };
}

export const passwordsFile = (folders: AirflowFolders): string => join(folders.home, 'passwords.json');

/** `airflow.cfg`: all that differs from Airflow's defaults. It holds secrets. `seen`: as a browser comes, if not by `url`. */
export function airflowConfig(
  { airflow, postgres }: Config,
  folders: AirflowFolders,
  seen: { baseUrl: string; host: string } | null = null,
): string {
  const { url, user, jwtSecret, fernetKey, database } = airflow;
  const { host, port } = airflowListen(url);
  const sections: Record<string, Record<string, string | number | boolean>> = {
    core: {
      executor: 'LocalExecutor',
      // Workers are forked in advance and hold some 25 MB each. Our two DAGs run one task at a time each.
      parallelism: 2,
      load_examples: false,
      simple_auth_manager_users: `${user}:admin`,
      simple_auth_manager_passwords_file: passwordsFile(folders),
      fernet_key: fernetKey,
      execution_api_server_url: `${url}/execution/`,
    },
    database: { sql_alchemy_conn: databaseUrl(database, postgres.host) },
    api: {
      base_url: seen?.baseUrl ?? url,
      host: seen?.host ?? host,
      port,
      workers: 1,
      expose_config: false,
      secret_key: createHmac('sha256', jwtSecret).update('api secret key').digest('base64url'),
    },
    api_auth: { jwt_secret: jwtSecret },
    scheduler: {
      // By default 1 s, which a run of several tasks waits for several times.
      scheduler_idle_sleep_time: 0.3,
      // By default 300 s until a task whose worker was killed is tried again; the batch's own lock keeps one that still
      // runs from doing harm.
      task_instance_heartbeat_timeout: 75,
      // What a killed scheduler had queued is taken over by the next one; by default it looks every 5 minutes.
      orphaned_tasks_check_interval: 15,
    },
    workers: {
      // A task calls the API server to begin, to say that it lives, and to end. By default 5 tries within some ten
      // seconds, less than a restart or a busy minute takes: the task would fail for nothing.
      execution_api_timeout: 20,
      execution_api_retries: 10,
      execution_api_retry_wait_max: 10,
      // A task that skipped or failed is noticed at the next heartbeat of its supervisor: 5 s by default.
      min_heartbeat_interval: 1,
      max_failed_heartbeats: 60,
    },
    dag_processor: {
      // A file that changed is read after 10 s at most (by default 300), one that did not every 5 minutes.
      refresh_interval: 10,
      min_file_process_interval: 300,
      parsing_processes: 1,
      print_stats_interval: 0,
      dag_bundle_config_list: JSON.stringify(
        [
          ['shop-pipe', folders.dags],
          ['project', folders.ownDags],
        ].map(([name, path]) => ({
          name,
          classpath: 'airflow.dag_processing.bundles.local.LocalDagBundle',
          kwargs: { path },
        })),
      ),
    },
    logging: {
      base_log_folder: join(folders.home, 'logs'),
      json_logs: true,
      // Some 10 MB a day of an idle Airflow: a line for each request (failures have one of their own), and several for
      // each look at the DAG folders.
      namespace_levels: 'http.access=WARNING airflow.dag_processing.manager=WARNING',
      dag_processor_log_target: 'stdout',
      file_task_handler_new_folder_permissions: '0o700',
      file_task_handler_new_file_permissions: '0o600',
    },
  };
  const lines = ['# Written by shop-pipe at each start.'];
  for (const [name, options] of Object.entries(sections)) {
    lines.push(`[${name}]`);
    // The parser takes a percent sign for the beginning of a reference.
    for (const [option, value] of Object.entries(options))
      lines.push(`${option} = ${String(value).replaceAll('%', '%%')}`);
  }
  return `${lines.join('\n')}\n`;
}

function databaseUrl(
  { port, database, user, password }: Config['airflow']['database'],
  host: string,
): string {
  const where = host.includes(':') ? `[${host}]` : host;
  return `postgresql+psycopg2://${user}:${encodeURIComponent(password)}@${where}:${port}/${database}`;
}
