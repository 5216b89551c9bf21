import type { BatchEvent, StreamEvent } from '../spark/stream.ts';
import type { StreamTotals } from './ledger.ts';

/** How far back "now" reaches in the rate that is shown. */
const windowMs = 5_000;

/** Where a run stands: counts of its own batches, and one line of text for people. */
export class LiveLine {
  readonly #now: () => number;
  #state = 'starting';
  #detail: string | null = null;
  #window: { at: number; read: number }[] = [];
  #last: BatchEvent | null = null;
  #batches = 0;
  readonly #totals: StreamTotals = {
    read: 0,
    applied: 0,
    superseded: 0,
    stale: 0,
    duplicate: 0,
    rejected: 0,
    skipped: 0,
  };

  /** @param now milliseconds of a clock that does not go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get batches(): number {
    return this.#batches;
  }

  get totals(): StreamTotals {
    return { ...this.#totals };
  }

  /** The ledger after the last batch, or null before the first. */
  get committed(): Record<string, number> | null {
    return this.#last?.committed ?? null;
  }

  take(event: StreamEvent): void {
    if (event.event === 'state') {
      this.#state = event.state;
      this.#detail = event.detail;
      return;
    }
    this.#last = event;
    this.#batches += 1;
    for (const name of Object.keys(this.#totals) as (keyof StreamTotals)[]) this.#totals[name] += event[name];
    this.#window.push({ at: this.#now(), read: event.read });
  }

  text(): string {
    const { read, applied, rejected } = this.#totals;
    const state = `${this.#state}${this.#detail === null ? '' : `: ${this.#detail}`}`;
    if (this.#last === null) return state;
    const { p50, p99 } = this.#last.latency_ms;
    return [
      state,
      `${count(this.#rate())} events/s`,
      `latency p50 ${ms(p50)} p99 ${ms(p99)}`,
      `read ${count(read)}`,
      `applied ${count(applied)}`,
      `rejected ${count(rejected)}`,
    ].join(', ');
  }

  #rate(): number {
    const begin = this.#now() - windowMs;
    this.#window = this.#window.filter(({ at }) => at >= begin);
    return Math.round(this.#window.reduce((sum, { read }) => sum + read, 0) / (windowMs / 1000));
  }
}

const count = (n: number): string => n.toLocaleString('en-US');
const ms = (value: number | null): string => (value === null ? '-' : `${count(Math.round(value))} ms`);
