import type { Latencies } from './latencies.ts';
import type { RunResult } from './run.ts';
import type { Tally } from './tally.ts';

/** What a run of `produce` came to; times in seconds where not said otherwise. */
export interface ProduceSummary {
  topic: string;
  asked_per_s: number;
  /** Acked events over the whole time, until the last ack. */
  achieved_per_s: number;
  /** Events made and handed to Kafka: acked + failed. */
  sent: number;
  acked: number;
  /** Not acknowledged: such an event may be in Kafka or not. */
  failed: number;
  /** Why some failed; null where none did. */
  failure: string | null;
  /** Due by the clock and never made, since Kafka did not keep up. */
  missed: number;
  seconds: number;
  /** From the making of an event to its ack, ms; null where none was acked. */
  ack_ms: { p50: number | null; p99: number | null };
  /** Acked events by type; `invalid` are dirty ones that are no order event at all. */
  by_type: Record<string, number>;
  /** Acked events that are dirty, by kind. */
  dirty: Record<string, number>;
  /** SHA-256 over the sorted (key, version, type, lines) of what was acked. */
  digest: string;
  seed: number;
  /** ISO 8601; with seed, rate, producers and the same shop it gives the same events. */
  start_time: string;
  interrupted: boolean;
}

export function summarise(
  result: RunResult,
  run: { topic: string; rate: number; seed: number; startTime: number; interrupted: boolean },
  tally: Tally,
  latencies: Latencies,
  digest: string,
): ProduceSummary {
  const { seconds, sent, acked, missed } = result;
  return {
    topic: run.topic,
    asked_per_s: run.rate,
    achieved_per_s: round(seconds > 0 ? acked / seconds : 0, 10),
    sent,
    acked,
    failed: sent - acked,
    failure: sent > acked ? result.failure : null,
    missed,
    seconds: round(seconds, 1000),
    ack_ms: { p50: milliseconds(latencies.quantile(0.5)), p99: milliseconds(latencies.quantile(0.99)) },
    by_type: tally.byType(),
    dirty: tally.dirty(),
    digest,
    seed: run.seed,
    start_time: new Date(run.startTime).toISOString(),
    interrupted: run.interrupted,
  };
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;
const milliseconds = (ms: number | null): number | null => (ms === null ? null : round(ms, 100));
