import type { Progress, Step } from '../progress.ts';
import type { RunReport } from './report.ts';
import { busyTasks, taskName, taskText } from './task-text.ts';
import type { RunView } from './watch.ts';

/** A run where there is no terminal to draw on: a line for each change of a task, and now and then how it stands. */
export class PlainView implements RunView {
  readonly #progress: Progress;
  #step: Step | null = null;
  #last: RunReport | null = null;
  readonly #seen = new Map<string, string>();

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  show(report: RunReport): void {
    const { run, tasks } = report;
    this.#step ??= this.#progress.step(`${run.dag} ${run.date ?? run.run_id}`);
    this.#last = report;
    for (const task of tasks) {
      const text = taskText(task);
      const name = taskName(task);
      if (this.#seen.get(name) === text) continue;
      this.#seen.set(name, text);
      if (tellsMuch(task.state)) this.#progress.note(`${name} ${text}`);
    }
    this.#step.advance(0, [run.state, ...busyTasks(tasks)].join(', '));
  }

  end(): void {
    const state = this.#last?.run.state;
    if (state === 'success') this.#step?.end(this.#last?.skipped ? 'skipped' : state);
    else this.#step?.fail(state === 'failed' ? state : 'not waited for any more');
    this.#step = null;
  }
}

/** On their way from waiting to running tasks pass through states that last milliseconds. */
const tellsMuch = (state: string | null): boolean =>
  state !== null && !['scheduled', 'queued', 'removed'].includes(state);
