/** How a driver ended that should have gone on. */
export interface Ending {
  kind: string;
  code: string;
}

export type Verdict =
  | { restart: true; afterMs: number }
  /** `pointless`: the same would happen again; `exhausted`: it did, too often. */
  | { restart: false; why: 'pointless' | 'exhausted' };

const failuresAllowed = 5;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A driver that ran for so long without a message to read has shown that it can. */
const soundAfterMs = 60_000;

/**
 * When a driver is started again, and when no longer. A killed one is started at once the first time, for nothing is
 * wrong with it; each further failure doubles the pause. Progress makes it forget the failures.
 */
export class RestartPolicy {
  readonly #now: () => number;
  #failures = 0;
  #runningSince: number | null = null;
  #hasRun = false;

  /** @param now milliseconds of a clock that does not go back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Failures since the last progress. */
  get failures(): number {
    return this.#failures;
  }

  /** The driver holds the stream and reads. */
  running(): void {
    this.#runningSince ??= this.#now();
    this.#hasRun = true;
  }

  /** A batch is committed. */
  progress(): void {
    this.#failures = 0;
  }

  ended({ kind, code }: Ending): Verdict {
    if (this.#runningSince !== null && this.#now() - this.#runningSince >= soundAfterMs) this.progress();
    this.#runningSince = null;
    this.#failures += 1;
    if (kind === 'data' || kind === 'usage' || code === 'superseded')
      return { restart: false, why: 'pointless' };
    // Who holds the stream may be our own driver of before, whose end the server has not noticed yet.
    if (code === 'stream_running' && !this.#hasRun) return { restart: false, why: 'pointless' };
    if (this.#failures >= failuresAllowed) return { restart: false, why: 'exhausted' };
    const doublings = this.#failures - (code === 'spark_killed' ? 2 : 1);
    return {
      restart: true,
      afterMs: doublings < 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** doublings),
    };
  }
}
