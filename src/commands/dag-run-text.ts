import { Chalk, type ChalkInstance } from 'chalk';
import { actionsText, type Backfilled, type BackfillFailure } from '../airflow/backfill.ts';
import type { RunReport, RunSummary } from '../airflow/report.ts';
import { taskName, taskText } from '../airflow/task-text.ts';
import type { Triggered } from '../airflow/trigger.ts';
import type { TextStyle } from '../cli/output.ts';

export type Drawn = Pick<TextStyle, 'colour' | 'unicode'>;

/** A run with the states of its tasks as a tree. */
export function treeText({ run, tasks }: RunReport, style: Drawn): string {
  const chalk = new Chalk({ level: style.colour ? 1 : 0 });
  const width = Math.max(0, ...tasks.map((task) => taskName(task).length));
  const lines = tasks.map((task, i) => {
    const last = i === tasks.length - 1;
    const branch = style.unicode ? (last ? '└─' : '├─') : last ? '`-' : '|-';
    const text = painted(chalk, task.state, taskText(task));
    return `${branch} ${mark(task.state, style)} ${taskName(task).padEnd(width)}  ${text}`;
  });
  return [headline(run, chalk), ...lines].join('\n');
}

function headline(run: RunSummary, chalk: ChalkInstance): string {
  const took = run.seconds === null ? '' : ` ${seconds(run.seconds)}`;
  const what = run.date === null ? run.run_id : `${run.date} (${run.run_id})`;
  return `${chalk.bold(run.dag)} ${what}: ${painted(chalk, run.state, run.state)}${took}`;
}

const seconds = (n: number): string => `${n.toFixed(1)} s`;

function mark(state: string | null, { unicode }: Drawn): string {
  const marks = unicode
    ? { success: '✓', failed: '✗', upstream_failed: '✗', skipped: '-', running: '▸', up_for_retry: '↻' }
    : {
        success: 'ok',
        failed: 'xx',
        upstream_failed: 'xx',
        skipped: '--',
        running: '>>',
        up_for_retry: '~~',
      };
  return marks[state as keyof typeof marks] ?? (unicode ? '·' : '..');
}

function painted(chalk: ChalkInstance, state: string | null, text: string): string {
  if (state === 'success') return chalk.green(text);
  if (state === 'failed' || state === 'upstream_failed') return chalk.red(text);
  if (state === 'running' || state === 'up_for_retry') return chalk.yellow(text);
  return chalk.dim(text);
}

/** The tree, and what to know besides: why nothing was done, or how the log of what failed ends. */
export function reportText(report: RunReport, style: Drawn): string {
  const { skipped, failure } = report;
  const lines = [treeText(report, style)];
  if (skipped !== null) lines.push(`nothing to do${skipped.reason === null ? '' : `: ${skipped.reason}`}`);
  if (failure !== null) lines.push(failureText({ ...failure, run_id: report.run.run_id }));
  return lines.join('\n');
}

function failureText({ run_id: run, ...failure }: BackfillFailure): string {
  const { task, map_index, try: attempt, log } = failure;
  if (task === null) return `${run} failed, though none of its tasks did`;
  const ends = log.length === 0 ? 'it left no log' : 'its log ends:';
  const head = `${taskName({ task, map_index })} of ${run} failed at try ${attempt}; ${ends}`;
  return [head, ...log.map((line) => `  ${line}`)].join('\n');
}

export function triggeredText(result: Triggered, style: Drawn): string {
  if (result.waited) return reportText(result, style);
  const { dag, run_id: id } = result.run;
  const done = result.action === 'created' ? 'asked for' : 'made to begin anew';
  return `run ${id} of ${dag} is ${done}; it is ${result.run.state}`;
}

export function backfillText({ dag, days, waited, failure }: Backfilled): string {
  const lines = [`${dag}: ${days.length} days, ${actionsText(days)}`];
  if (days.some(({ action }) => action === 'kept')) lines.push('--rerun runs those that were kept as well');
  const failed = days.filter(({ state }) => state === 'failed').map(({ date }) => date);
  if (waited) lines.push(failed.length === 0 ? 'every day succeeded' : `failed: ${failed.join(', ')}`);
  if (failure !== null) lines.push(failureText(failure));
  return lines.join('\n');
}
