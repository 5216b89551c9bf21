import { dataError, usageError } from '../errors.ts';
import { closestName } from '../reports/closest-name.ts';
import type { AirflowClient } from './client.ts';
import { findDag, shown } from './dags.ts';
import { findRun, recentRuns } from './runs.ts';
import { shellWord } from './shell-word.ts';
import { readTaskLog, type TaskLog } from './task-log.ts';
import { readTaskOrder, readTasks, type TaskState } from './tasks.ts';

export interface DagLogs {
  dag: string;
  run_id: string;
  /** Of each task that was tried, in their order. */
  logs: TaskLog[];
}

export interface LogsOptions {
  dag: string;
  /** Null: the one in which something happened last. */
  run: string | null;
  /** Null: all of them. */
  task: string | null;
  /** Null: the latest of each. */
  try: number | null;
}

/** @throws ShopPipeError `dag_unknown`, `run_unknown`, `no_run`, `task_unknown`, `log_missing` */
export async function readLogs(client: AirflowClient, options: LogsOptions): Promise<DagLogs> {
  const { dag } = options;
  await findDag(client, dag);
  const run =
    options.run === null ? (await recentRuns(client, dag, 1))[0] : await findRun(client, dag, options.run);
  if (run === undefined)
    throw dataError('no_run', `DAG ${dag} has not run yet`, {
      suggestion: `shop-pipe dag trigger ${shellWord(dag)}`,
    });
  const id = run.dag_run_id;
  const tasks = await readTasks(client, dag, id, await readTaskOrder(client, dag));
  const logs: TaskLog[] = [];
  for (const task of wanted(tasks, options.task, id)) {
    const attempt = options.try ?? task.try;
    if (attempt > 0 && (options.task !== null || attempt <= task.try))
      logs.push(await readTaskLog(client, { dag, run: id }, task, attempt));
  }
  return { dag, run_id: id, logs };
}

function wanted(tasks: readonly TaskState[], name: string | null, run: string): readonly TaskState[] {
  if (name === null) return tasks;
  const named = tasks.filter(({ task }) => task === name);
  if (named.length > 0) return named;
  const names = [...new Set(tasks.map(({ task }) => task))];
  if (names.length === 0)
    throw dataError('no_task', `run ${run} has no task yet`, { suggestion: 'wait until the run has begun' });
  const closest = closestName(name, names);
  throw usageError(
    'task_unknown',
    `run ${run} has no task ${shown(name)}${closest === undefined ? '' : `; did you mean ${closest}?`}`,
    `name one of ${names.join(', ')}`,
  );
}
