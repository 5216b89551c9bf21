import { dataError } from '../errors.ts';
import { type LogAnswer, logAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { isMissing } from './client-error.ts';
import type { TaskState } from './tasks.ts';

export interface TaskLogLine {
  /** ISO 8601; null where the line has none. */
  at: string | null;
  level: string | null;
  text: string;
}

export interface TaskLog {
  task: string;
  map_index: number | null;
  try: number;
  state: string | null;
  lines: TaskLogLine[];
}

/** What a try of a task wrote. @throws ShopPipeError `log_missing` */
export async function readTaskLog(
  client: AirflowClient,
  { dag, run }: { dag: string; run: string },
  task: TaskState,
  attempt: number,
): Promise<TaskLog> {
  const path = ['dags', dag, 'dagRuns', run, 'taskInstances', task.task, 'logs', String(attempt)];
  const lines: TaskLogLine[] = [];
  let token: string | null = null;
  do {
    const query: Record<string, string | number | boolean> = {
      full_content: true,
      map_index: task.map_index ?? -1,
      ...(token === null ? {} : { token }),
    };
    const answer: LogAnswer = await client.get(path, logAnswer, { query }).catch((error: unknown) => {
      throw isMissing(error) ? noLog(dag, run, task, attempt) : error;
    });
    lines.push(...linesOf(answer));
    // A task that runs is always said to have more.
    token =
      answer.content.length > 0 && answer.continuation_token !== token ? answer.continuation_token : null;
  } while (token !== null);
  const { task: name, map_index: index, state } = task;
  return { task: name, map_index: index, try: attempt, state, lines };
}

const noLog = (dag: string, run: string, { task, try: tried }: TaskState, attempt: number): Error =>
  dataError(
    'log_missing',
    `task ${task} of run ${run} has no log of try ${attempt}; it was tried ${tried} times`,
    {
      suggestion: `shop-pipe dag logs ${dag} --run ${run} --task ${task}`,
    },
  );

/** Lines as a reader wants them: without the marks that fold them in Airflow's pages, with what an exception says. */
export function linesOf({ content }: Pick<LogAnswer, 'content'>): TaskLogLine[] {
  const lines: TaskLogLine[] = [];
  let header = false;
  for (const entry of content) {
    const { event, timestamp = null, level = null } = typeof entry === 'string' ? { event: entry } : entry;
    // The first group names the files that the lines come from.
    if (event.startsWith('::group::Log message source')) header = true;
    else if (event === '::endgroup::') header = false;
    else if (!header && !event.startsWith('::group::')) {
      const beside = saidBeside(entry);
      const text = beside.length === 0 ? event : [event.replace(/\.$/, ''), ...beside].join(': ');
      lines.push({ at: timestamp, level, text: text.trimEnd() });
    }
  }
  return lines;
}

/** Fields of a structured line that say more than its text. */
function saidBeside(entry: LogAnswer['content'][number]): string[] {
  if (typeof entry === 'string') return [];
  const errors = entry.error_detail ?? [];
  const said = errors.map(({ exc_type: type, exc_value: value }) => `${type}: ${value}`);
  return entry.reason === null ? said : [entry.reason, ...said];
}

/** The last lines of the work itself: what Airflow says of how it starts a task explains no failure. */
export const lastLines = ({ lines }: TaskLog, count: number): string[] =>
  lines
    .filter(
      ({ text }) => text !== '' && !/^(DAG bundles loaded|Filling up the DagBag|Worker startup)/.test(text),
    )
    .slice(-count)
    .map(({ text }) => text);
