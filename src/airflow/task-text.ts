import type { TaskState } from './tasks.ts';

/** Such as `spark`, and of an expanded task `load[3]`. */
export const taskName = ({ task, map_index: index }: Pick<TaskState, 'task' | 'map_index'>): string =>
  index === null ? task : `${task}[${index}]`;

/** State, which try where there can be several, and how long it took. */
export function taskText({ state, try: attempt, tries, seconds }: TaskState): string {
  const parts = [state ?? 'waiting'];
  if (
    attempt > 1 ||
    (attempt === 1 && tries > 1 && state !== null && !['success', 'skipped'].includes(state))
  )
    parts.push(`try ${attempt} of ${tries}`);
  if (seconds !== null && state !== null && attempt > 0) parts.push(`${seconds.toFixed(1)} s`);
  return parts.join(', ');
}

const isOver = (state: string): boolean =>
  ['success', 'failed', 'skipped', 'upstream_failed', 'removed'].includes(state);

/** What is under way, in words. */
export const busyTasks = (tasks: readonly TaskState[]): string[] =>
  tasks
    .filter(({ state }) => state !== null && !isOver(state))
    .map((task) => `${taskName(task)} ${taskText(task)}`);
