/** One piece of work that a person may have to wait for. */
export interface Step {
  /** How far it is, in the units given to `Progress.step`, and what it is at. */
  advance(done: number, note?: string): void;
  /** The step is done; `summary` replaces its note, e.g. `102,425 rows`. */
  end(summary?: string): void;
  /** The step failed; the error itself is thrown, not printed here. */
  fail(summary?: string): void;
}

/** Where the domain says how far it is. The command line draws it; a test or `--json` run passes `silent`. */
export interface Progress {
  /** Begins a step. With `total` it has a measurable end (rows, bytes, days), without it only a duration. */
  step(label: string, total?: { of: number; unit: string }): Step;
  /** A line worth keeping that is no error. */
  note(message: string): void;
  /** Something that the user should look at, though the work goes on. */
  warn(message: string): void;
}

const nothing = (): void => undefined;

export const silent: Progress = {
  step: () => ({ advance: nothing, end: nothing, fail: nothing }),
  note: nothing,
  warn: nothing,
};

/** Runs `work` as one step: ends it with the summary that `work` returns, or fails it and rethrows. */
export async function inStep<T>(
  progress: Progress,
  label: string,
  work: (step: Step) => Promise<T>,
  summary: (result: T) => string | undefined = () => undefined,
): Promise<T> {
  const step = progress.step(label);
  try {
    const result = await work(step);
    step.end(summary(result));
    return result;
  } catch (error) {
    step.fail();
    throw error;
  }
}
