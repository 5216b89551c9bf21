import type { Latencies } from './latencies.ts';
import type { RunState } from './run.ts';

/** How far back "now" reaches in the rate that is shown, in states (four a second). */
const windowStates = 20;

/** The note of a running `produce`: asked, achieved over the last five seconds, ack latency, backlog, what it waits for. */
export class LiveLine {
  readonly #asked: number;
  readonly #latencies: Latencies;
  readonly #window: { seconds: number; acked: number }[] = [];

  constructor(asked: number, latencies: Latencies) {
    this.#asked = asked;
    this.#latencies = latencies;
  }

  text({ seconds, sent, acked, missed, trouble }: RunState): string {
    this.#window.push({ seconds, acked });
    if (this.#window.length > windowStates) this.#window.shift();
    const first = this.#window[0] ?? { seconds: 0, acked: 0 };
    const achieved =
      this.#window.length > 1 ? (acked - first.acked) / (seconds - first.seconds) : acked / seconds;
    const parts = [
      `asked ${count(this.#asked)}/s`,
      `achieved ${count(achieved < 10 ? Math.round(achieved * 10) / 10 : Math.round(achieved))}/s`,
      `acked ${count(acked)}`,
      `ack p50 ${ms(this.#latencies.quantile(0.5))} p99 ${ms(this.#latencies.quantile(0.99))}`,
      `backlog ${count(sent - acked)}`,
    ];
    if (missed > 0) parts.push(`missed ${count(missed)}`);
    if (trouble !== null)
      parts.push(`waiting for Kafka for ${Math.round(trouble.seconds)} s (${trouble.text})`);
    return parts.join(', ');
  }
}

const count = (n: number): string => n.toLocaleString('en-US');
const ms = (value: number | null): string =>
  value === null ? '-' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
