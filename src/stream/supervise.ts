import { environmentError } from '../errors.ts';
import type { ProcessId } from '../process/process-table.ts';
import type { StreamEvent } from '../spark/stream.ts';
import type { Submitted } from '../spark/submit.ts';
import type { RestartPolicy } from './policy.ts';
import { failureOf, type RecordWriter, type StreamFailure } from './record.ts';

/** The driver ended and is started again. */
export interface RestartEvent {
  event: 'restart';
  /** How many times it was started again, this time included. */
  restarts: number;
  /** Pause before it, in seconds. */
  after_s: number;
  code: string;
  /** Why it ended. */
  message: string;
}

/** Starts one driver and returns when it has ended well. */
export type Life = (options: {
  takeOver: boolean;
  onStart: (driver: ProcessId) => void;
  onEvent: (event: StreamEvent) => void;
}) => Promise<Submitted>;

export interface SuperviseOptions {
  life: Life;
  /** Whether a driver that ends well has done what it was for. */
  drain: boolean;
  /** For the first driver alone: one that was overtaken itself must not take the stream back. */
  takeOver: boolean;
  policy: RestartPolicy;
  record: RecordWriter;
  signal: AbortSignal;
  onEvent: (event: StreamEvent | RestartEvent) => void;
  /** Resolves after `ms`, or as soon as `signal` aborts. */
  pause: (ms: number) => Promise<void>;
}

/**
 * Keeps a driver running until an abort or the end of a drain.
 *
 * @throws ShopPipeError what makes a restart pointless, or `stream_gave_up` with the last failure.
 */
export async function supervise(options: SuperviseOptions): Promise<Submitted> {
  const { life, drain, policy, record, signal, onEvent, pause } = options;
  let { takeOver } = options;
  const take = (event: StreamEvent): void => {
    if (event.event === 'batch') policy.progress();
    else {
      if (event.state === 'running') {
        policy.running();
        takeOver = false;
      }
      // `stopped` is said by the supervisor itself, once the process has ended.
      if (event.state !== 'stopped') record.update({ state: event.state, detail: event.detail });
    }
    onEvent(event);
  };
  const onAbort = (): void => record.update({ state: 'stopping', detail: 'after the batch under way' });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      record.update({ state: 'starting', detail: null });
      let error: unknown;
      try {
        const ended = await life({ takeOver, onEvent: take, onStart: (driver) => record.update({ driver }) });
        if (signal.aborted || drain) return finished(ended);
        error = environmentError('spark_killed', 'somebody else than its supervisor ended the driver');
      } catch (thrown) {
        if (signal.aborted) return finished({ killed: false });
        error = thrown;
      }
      const lastError = failureOf(error);
      const { code, message } = lastError;
      record.update({ driver: null, lastError });
      const verdict = policy.ended(lastError);
      if (!verdict.restart) throw verdict.why === 'pointless' ? error : gaveUp(lastError, policy.failures);
      const restarts = record.current.restarts + 1;
      const seconds = verdict.afterMs / 1000;
      record.update({ state: 'waiting', detail: `starts again in ${seconds} s: ${message}`, restarts });
      onEvent({ event: 'restart', restarts, after_s: seconds, code, message });
      await pause(verdict.afterMs);
      if (signal.aborted) return finished({ killed: false });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }

  function finished(ended: Submitted): Submitted {
    record.update({ state: 'stopped', detail: null, driver: null, killed: ended.killed });
    return ended;
  }
}

const gaveUp = ({ message, suggestion }: StreamFailure, failures: number): Error =>
  environmentError('stream_gave_up', `gave up after ${failures} failures in a row: ${message}`, {
    suggestion: suggestion ?? 'shop-pipe logs stream',
  });
