import { environmentError } from '../errors.ts';
import { chooseRuntime } from '../runtime/choose.ts';
import { runStreamJob, type StreamContext, type StreamEvent, streamToolchain } from '../spark/stream.ts';
import { committedOffsets, type StreamTotals } from './ledger.ts';
import { LiveLine } from './live-line.ts';
import { ordersStream } from './name.ts';
import { RestartPolicy } from './policy.ts';
import { liveReporter, logReporter } from './reporter.ts';
import { ensureRollups } from './rollups.ts';
import { claimService } from './service.ts';
import { type Life, type RestartEvent, supervise } from './supervise.ts';

export interface RunOptions {
  /** End when what was in the topic at the start is committed. */
  drain: boolean;
  /** Take the stream from whoever holds it. */
  takeOver: boolean;
  /** Start the driver again when it fails. */
  supervised: boolean;
  /** What is said goes to a log, not to somebody who looks on. */
  toLog: boolean;
  onEvent: (event: StreamEvent | RestartEvent) => void;
}

/** How a run came to its end. The figures are of this run alone, but for `committed`. */
export interface RunEnd {
  event: 'end';
  /** All that was in the topic at the start is in. */
  drained: boolean;
  interrupted: boolean;
  /** It did not end between two batches in time and was killed; what was not committed then is read again. */
  killed: boolean;
  batches: number;
  totals: StreamTotals;
  /** The ledger, next offset by partition; null where neither a batch nor Postgres told. */
  committed: Record<string, number> | null;
  seconds: number;
}

/**
 * Streams until an abort, or the end of a drain.
 *
 * @throws ShopPipeError what the driver failed with; supervised, what makes another restart pointless.
 */
export async function runStream(context: StreamContext, options: RunOptions): Promise<RunEnd> {
  const { config, progress, signal } = context;
  const { drain, takeOver, supervised, toLog, onEvent } = options;
  const started = performance.now();
  if ((await chooseRuntime(config.runtime, context.project.home)) === 'compose') {
    const { composeStream } = await import('../spark/compose.ts');
    return composeStream(context, options);
  }
  const service = supervised ? claimService(context.project.home, config) : null;
  const line = new LiveLine();
  let reporter = null as ReturnType<typeof liveReporter> | null;
  const take = (event: StreamEvent | RestartEvent): void => {
    if (event.event !== 'restart') line.take(event);
    if (event.event === 'state' && event.state === 'running') service?.running();
    reporter?.take(event);
    onEvent(event);
  };
  try {
    const toolchain = await streamToolchain(context);
    await ensureRollups(config.postgres.owner, config.timezone, progress);
    reporter = toLog ? logReporter(progress, line) : liveReporter(progress, line);
    const life: Life = (own) => runStreamJob(context, { toolchain, drain, ...own });
    const { killed } = await (service === null
      ? life({ takeOver, onEvent: take, onStart: () => undefined })
      : supervise({
          life,
          drain,
          takeOver,
          policy: new RestartPolicy(() => performance.now()),
          record: service.record,
          signal,
          onEvent: take,
          pause: (ms) => pause(ms, signal),
        }));
    const interrupted = signal.aborted;
    const end: RunEnd = {
      event: 'end',
      drained: drain && !interrupted,
      interrupted,
      killed,
      batches: line.batches,
      totals: line.totals,
      committed: (await committedOffsets(config.postgres.owner, ordersStream)) ?? line.committed,
      seconds: Math.round(performance.now() - started) / 1000,
    };
    if (!drain && !interrupted) throw endedByOthers();
    reporter.end(`${end.totals.read.toLocaleString('en-US')} messages read`);
    service?.ended();
    return end;
  } catch (error) {
    reporter?.fail();
    if (signal.aborted) service?.ended();
    else service?.failed(error);
    throw error;
  }
}

const endedByOthers = (): Error =>
  environmentError('stream_ended', 'somebody else asked the stream to end', {
    suggestion: 'shop-pipe stream run',
  });

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
}
