import { structureAnswer, type TaskAnswer, tasksAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { isMissing } from './client-error.ts';

/** A task of a run as it is now. */
export interface TaskState {
  task: string;
  /** Which of the instances of a task that was expanded; null for an ordinary one. */
  map_index: number | null;
  /** As Airflow names it, e.g. running, up_for_retry, upstream_failed; null before it is its turn. */
  state: string | null;
  /** 0 before the first. */
  try: number;
  /** How many there are at most. */
  tries: number;
  /** ISO 8601, of the latest try. */
  started_at: string | null;
  /** Of the latest try; null before it has ended. */
  seconds: number | null;
}

export type TaskOrder = ReadonlyMap<string, number>;

const pageSize = 100;

/** Where each task stands among the others: after all that it waits for. */
export async function readTaskOrder(client: AirflowClient, dag: string): Promise<TaskOrder> {
  const { tasks } = await client.get(['dags', dag, 'tasks'], structureAnswer).catch((error: unknown) => {
    // The runs of a DAG outlive its file.
    if (isMissing(error)) return { tasks: [] };
    throw error;
  });
  return topological(new Map(tasks.map((task) => [task.task_id, task.downstream_task_ids])));
}

/** @param downstream the tasks that wait for each. */
export function topological(downstream: ReadonlyMap<string, readonly string[]>): TaskOrder {
  const waiting = new Map<string, number>([...downstream.keys()].map((task) => [task, 0]));
  for (const task of [...downstream.values()].flat()) waiting.set(task, (waiting.get(task) ?? 0) + 1);
  const order = new Map<string, number>();
  const ready = [...waiting].filter(([, n]) => n === 0).map(([task]) => task);
  for (let task = ready.shift(); task !== undefined; task = ready.shift()) {
    order.set(task, order.size);
    for (const next of downstream.get(task) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return order;
}

/** The tasks of a run, in their order. */
export async function readTasks(
  client: AirflowClient,
  dag: string,
  run: string,
  order: TaskOrder,
): Promise<TaskState[]> {
  const path = ['dags', dag, 'dagRuns', run, 'taskInstances'];
  const found: TaskAnswer[] = [];
  for (;;) {
    const query = { limit: pageSize, offset: found.length };
    const { task_instances: page } = await client.get(path, tasksAnswer, { query });
    found.push(...page);
    if (page.length < pageSize) break;
  }
  const place = ({ task_id: task }: TaskAnswer): number => order.get(task) ?? order.size;
  return found.toSorted((a, b) => place(a) - place(b) || a.map_index - b.map_index).map(taskState);
}

function taskState(answer: TaskAnswer): TaskState {
  const { state, try_number: tried } = answer;
  const busy = state === 'running' || state === 'queued' || state === 'scheduled' || state === 'deferred';
  return {
    task: answer.task_id,
    map_index: answer.map_index < 0 ? null : answer.map_index,
    state,
    try: tried,
    // What was cleared counts on.
    tries: Math.max(answer.max_tries + 1, tried),
    started_at: answer.start_date,
    // While a try is under way Airflow shows how long the one before took.
    seconds: busy ? null : answer.duration,
  };
}
