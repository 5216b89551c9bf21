import { setMaxListeners } from 'node:events';
import type { EventSource } from '../event.ts';
import type { Latencies } from './latencies.ts';
import type { Outgoing } from './outgoing.ts';
import { backlogCap, Pacer } from './pacer.ts';
import { Sender, type Session } from './sender.ts';

export interface RunOptions {
  /** Events a second over all sessions. */
  rate: number;
  /** Events in all, and seconds: whichever comes first; Infinity for none. */
  limit: { count: number; seconds: number };
  /** One idempotent producer each, with the source of its events: event n of the run comes from source n mod their number. */
  lanes: readonly Lane[];
  /** The instant that event n stands for, ms since 1970. */
  eventTime(n: number): number;
  latencies: Latencies;
  onAcked(items: readonly Outgoing[]): void;
  /** Called every quarter of a second. */
  onState(state: RunState): void;
  patienceMs: number;
  /** Stops making events; what is made is still sent, for `flushMs`. */
  stop: AbortSignal;
  flushMs: number;
}

export interface Lane {
  session: Session;
  source: EventSource;
}

/** Where a run stands. */
export interface RunState {
  /** Since the first tick. */
  seconds: number;
  /** Events made. */
  sent: number;
  acked: number;
  /** Due and never made, since Kafka did not keep up. */
  missed: number;
  /** What Kafka is waited for. */
  trouble: { seconds: number; text: string } | null;
}

export interface RunResult extends RunState {
  /** Why events are left unacked; null where none is. */
  failure: string | null;
}

const tickMs = 10;
const stateMs = 250;
/** Events made at one go: some 3 ms, so that answers from Kafka are not kept waiting. */
const sliceEvents = 500;
/** Huge events would fill the memory long before the cap on their number. */
const backlogBytes = 48_000_000;

/**
 * Makes events at the asked rate and sends them, until the limit, `stop`, or a sender that gives up; then waits until
 * what was made is acked, or given up.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { rate, limit, lanes, latencies, stop } = options;
  const pacer = new Pacer(rate, limit);
  const cap = backlogCap(rate);
  const giveUp = new AbortController();
  // One for each sender, of which there may be more than Node thinks likely.
  setMaxListeners(0, giveUp.signal);
  let made = 0;
  let acked = 0;
  let waitingBytes = 0;
  let wake: () => void = () => undefined;
  const onAcked = (items: readonly Outgoing[]): void => {
    const now = performance.now();
    for (const item of items) {
      waitingBytes -= item.event.value.length;
      latencies.record(now - item.madeAt);
    }
    acked += items.length;
    options.onAcked(items);
    wake();
  };
  const { patienceMs } = options;
  const senders = lanes.map(
    ({ session }) => new Sender({ session, patienceMs, giveUp: giveUp.signal, onAcked }),
  );
  let broken = false;
  const sending = Promise.all(senders.map((sender) => sender.run()));
  // It is awaited last; until then a bug in one of them must not go unhandled.
  sending.catch(() => {
    broken = true;
    wake();
  });

  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const state = (): RunState => {
    const { trouble } = senders.find((sender) => sender.trouble !== null) ?? { trouble: null };
    const waiting = trouble && { seconds: (performance.now() - trouble.since) / 1000, text: trouble.text };
    return { seconds: elapsed(), sent: made, acked, missed: pacer.missed, trouble: waiting };
  };
  const stopped = (): boolean => stop.aborted || broken || senders.some(({ failure }) => failure !== null);
  const ticker = setInterval(() => wake(), tickMs);
  const reporter = setInterval(() => options.onState(state()), stateMs);
  const nextTick = (): Promise<void> => new Promise((resolve) => (wake = resolve));

  /** Makes what is due, at most a slice at a time; returns how many that were. */
  const makeSome = (due: number): number => {
    const madeAt = performance.now();
    let n = 0;
    for (; n < Math.min(due, sliceEvents) && waitingBytes < backlogBytes; n++, made++) {
      const lane = made % lanes.length;
      const event = (lanes[lane] as Lane).source.next(options.eventTime(made));
      waitingBytes += event.value.length;
      (senders[lane] as Sender).add({ event, madeAt });
    }
    return n;
  };

  try {
    while (!stopped()) {
      const now = elapsed();
      const due = pacer.take(now, waitingBytes < backlogBytes ? cap - (made - acked) : 0);
      for (let left = due; left > 0 && !stopped(); ) {
        const some = makeSome(left);
        left -= some;
        await (some > 0 ? new Promise((resolve) => setImmediate(resolve)) : nextTick());
      }
      if (pacer.finished(now)) break;
      if (due === 0) await nextTick();
    }
    for (const sender of senders) sender.close();
    const deadline = new Deadline(stop, options.flushMs, giveUp);
    await sending.finally(() => deadline.clear());
  } finally {
    clearInterval(ticker);
    clearInterval(reporter);
    giveUp.abort();
  }
  return { ...state(), failure: senders.find(({ failure }) => failure !== null)?.failure ?? null };
}

/** Once `stop` has come, flushing may last so long and no longer. */
class Deadline {
  readonly #stop: AbortSignal;
  readonly #begin: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(stop: AbortSignal, ms: number, giveUp: AbortController) {
    this.#stop = stop;
    this.#begin = () => {
      this.#timer ??= setTimeout(() => giveUp.abort(), ms);
    };
    if (stop.aborted) this.#begin();
    else stop.addEventListener('abort', this.#begin);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#stop.removeEventListener('abort', this.#begin);
  }
}
