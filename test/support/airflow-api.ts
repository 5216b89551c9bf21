import { setTimeout as pause } from 'node:timers/promises';

export interface RunState {
  dag_run_id: string;
  state: string;
}

export interface TaskState {
  task_id: string;
  state: string | null;
  try_number: number;
  start_date: string | null;
  end_date: string | null;
}

/** Airflow's REST API as curl would use it: a token by name and password, then plain calls. */
export class AirflowApi {
  readonly #url: string;
  readonly #login: { username: string; password: string };

  constructor(url: string, username: string, password: string) {
    this.#url = url;
    this.#login = { username, password };
  }

  async token(password = this.#login.password): Promise<Response> {
    return fetch(`${this.#url}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...this.#login, password }),
    });
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const { access_token: token } = (await (await this.token()).json()) as { access_token: string };
    const response = await fetch(`${this.#url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** Starts a run; `start` is its logical date and the start of its data interval, one day long. */
  async trigger(dag: string, run: string, start: string, conf: object = {}): Promise<RunState> {
    const end = new Date(Date.parse(start) + 24 * 3_600_000).toISOString();
    return this.call('POST', `/dags/${dag}/dagRuns`, {
      dag_run_id: run,
      logical_date: start,
      data_interval_start: start,
      data_interval_end: end,
      conf,
    });
  }

  async runs(dag: string): Promise<RunState[]> {
    return (await this.call<{ dag_runs: RunState[] }>('GET', `/dags/${dag}/dagRuns`)).dag_runs;
  }

  async tasks(dag: string, run: string): Promise<Map<string, TaskState>> {
    const path = `/dags/${dag}/dagRuns/${encodeURIComponent(run)}/taskInstances`;
    const { task_instances: tasks } = await this.call<{ task_instances: TaskState[] }>('GET', path);
    return new Map(tasks.map((task) => [task.task_id, task]));
  }

  /** Log of one try, one message per line. */
  async log(dag: string, run: string, task: string, attempt: number): Promise<string> {
    const path = `/dags/${dag}/dagRuns/${encodeURIComponent(run)}/taskInstances/${task}/logs/${attempt}`;
    const { content } = await this.call<{ content: unknown[] }>('GET', path);
    return content.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  }

  /** Waits until the run has come to its end; returns its state. */
  async ended(dag: string, run: string, seconds = 150): Promise<string> {
    return this.until(async () => {
      const { state } = await this.call<RunState>('GET', `/dags/${dag}/dagRuns/${encodeURIComponent(run)}`);
      return state === 'success' || state === 'failed' ? state : null;
    }, seconds);
  }

  /** Waits until the run has succeeded; one that failed is told with the log of each try. */
  async succeeded(dag: string, run: string, seconds?: number): Promise<void> {
    const state = await this.ended(dag, run, seconds);
    if (state === 'success') return;
    const told: string[] = [];
    for (const [task, { state: ended, try_number: tries }] of await this.tasks(dag, run)) {
      told.push(`${task}: ${ended} after ${tries}`);
      for (let attempt = 1; attempt <= tries; attempt += 1) {
        const log = await this.log(dag, run, task, attempt).catch(String);
        told.push(`--- try ${attempt}`, ...log.split('\n').map((line) => line.slice(0, 400)));
      }
    }
    throw new Error(`run ${run} of ${dag} ended as ${state}\n${told.join('\n')}`);
  }

  /** Asks until there is an answer other than null; a server that restarts is no answer. */
  async until<T>(ask: () => Promise<T | null>, seconds: number): Promise<T> {
    const deadline = Date.now() + seconds * 1_000;
    for (;;) {
      const answer = await ask().catch((error: unknown) => {
        if (Date.now() > deadline) throw error;
        return null;
      });
      if (answer !== null) return answer;
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s`);
      await pause(250);
    }
  }
}
