import { randomInt } from 'node:crypto';
import { environmentError, usageError } from '../../errors.ts';
import { kafkaClient } from '../../kafka/client.ts';
import { explainKafkaError } from '../../kafka/kafka-error.ts';
import { ordersTopic } from '../../kafka/orders-topic.ts';
import { otherPartitions } from '../../kafka/other-partitions.ts';
import type { KafkaTarget } from '../../kafka/target.ts';
import type { PgTarget } from '../../postgres/target.ts';
import { makeFolder } from '../../process/make-folder.ts';
import type { Progress } from '../../progress.ts';
import { type Catalogue, drawCatalogue } from '../catalogue.ts';
import { simulatedTime } from '../clock.ts';
import { createDigest } from '../digest.ts';
import { withDirt } from '../dirty.ts';
import type { EventSource } from '../event.ts';
import { createGenerator } from '../generator.ts';
import { Latencies } from './latencies.ts';
import { LiveLine } from './live-line.ts';
import { type RunResult, run } from './run.ts';
import { ProducerSession } from './session.ts';
import { type ProduceSummary, summarise } from './summary.ts';
import { Tally } from './tally.ts';

export interface ProduceContext {
  kafka: KafkaTarget;
  /** Whose customers and products the orders are of. */
  shop: PgTarget;
  /** Where the digest spills to; made where it is missing. */
  folder: string;
  progress: Progress;
  /** Ends the run: what was made is flushed, and the summary is of that. */
  signal: AbortSignal;
}

export interface ProduceOptions {
  topic: string;
  /** Events a second, over all producers. */
  rate: number;
  /** Null: no limit. */
  seconds: number | null;
  /** Null: no limit. */
  count: number | null;
  /** Null: a random one. */
  seed: number | null;
  /** ms since 1970; null: the clock, event by event. */
  startTime: number | null;
  /** Share of dirty messages, 0 to 1. */
  dirty: number;
  producers: number;
  /** What the topic should have, by `.env`: others are told of. Default: any. */
  partitions?: number;
  /** How long an unreachable Kafka is waited for in mid-run; default five minutes, its recovery took up to 65 s. */
  patienceMs?: number;
}

const defaultPatienceMs = 300_000;
/** After Ctrl-C; a broker that answers takes milliseconds. */
const flushMs = 10_000;

/**
 * Sends order events at a held rate. The summary also tells of a run that was interrupted or whose `failed` is not 0.
 *
 * @throws ShopPipeError when it cannot begin: `shop_empty`, `topic_missing`, `kafka_unreachable`, …
 */
export async function produce(context: ProduceContext, options: ProduceOptions): Promise<ProduceSummary> {
  const { progress, signal } = context;
  const { topic, rate } = options;
  const sessions = await unlessAborted(openSessions(context, options), signal);
  try {
    const found = sessions[0]?.partitions ?? 0;
    const other = otherPartitions(topic, found, options.partitions ?? found);
    if (other !== null) progress.warn(other);
    const catalogue = await drawCatalogue(context.shop);
    makeFolder(context.folder);
    const digest = createDigest(context.folder);
    try {
      const seed = options.seed ?? randomInt(2 ** 48 - 1);
      const startTime = options.startTime ?? Date.now();
      const sources = sourcesOf(catalogue, { ...options, seed, startTime });
      const tally = new Tally();
      const latencies = new Latencies();
      const result = await withLiveLine(progress, options, latencies, (onState) =>
        run({
          rate,
          limit: { count: options.count ?? Infinity, seconds: options.seconds ?? Infinity },
          lanes: sessions.map((session, index) => ({ session, source: sources[index] as EventSource })),
          eventTime: options.startTime === null ? () => Date.now() : (n) => simulatedTime(startTime, rate, n),
          latencies,
          onAcked: (items) => {
            for (const { event } of items) {
              tally.add(event);
              digest.add(event);
            }
          },
          onState,
          patienceMs: options.patienceMs ?? defaultPatienceMs,
          stop: signal,
          flushMs,
        }),
      );
      const about = { topic, rate, seed, startTime, interrupted: signal.aborted };
      return summarise(result, about, tally, latencies, digest.finish());
    } finally {
      digest.close();
    }
  } finally {
    await closeAll(sessions);
  }
}

async function openSessions(
  { kafka: target }: ProduceContext,
  { topic, producers }: ProduceOptions,
): Promise<ProducerSession[]> {
  const kafka = kafkaClient(target, 'shop-pipe-produce');
  const opened: ProducerSession[] = [];
  try {
    // The first alone, so that what is wrong is found once.
    opened.push(await ProducerSession.open(kafka, topic));
    const rest = Array.from({ length: producers - 1 }, () => ProducerSession.open(kafka, topic));
    for (const result of await Promise.allSettled(rest)) {
      if (result.status === 'rejected') throw result.reason;
      opened.push(result.value);
    }
    return opened;
  } catch (error) {
    await closeAll(opened);
    throw await openingError(error, target, topic);
  }
}

async function openingError(error: unknown, target: KafkaTarget, topic: string): Promise<unknown> {
  const { name, type, message } = error as { name?: string; type?: string; message?: string };
  const where = target.brokers.join(', ');
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return environmentError('topic_missing', `there is no topic ${topic} at ${where}`, {
      suggestion:
        topic === ordersTopic ? 'shop-pipe up' : `shop-pipe produce without --topic sends to ${ordersTopic}`,
      cause: error,
    });
  }
  if (type === 'INVALID_TOPIC_EXCEPTION')
    return usageError('bad_topic', `${topic} is no name that a topic can have`);
  const explained = await explainKafkaError(error, target);
  if (explained !== error || name !== 'KafkaJSProtocolError') return explained;
  return environmentError('kafka_not_ready', `kafka at ${where} cannot take a producer (${message})`, {
    suggestion: 'shop-pipe status',
    cause: error,
  });
}

/** Connecting to what does not answer takes ten seconds; Ctrl-C does not wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A broker that hangs is not waited for: everything that was to be told is told. */
async function closeAll(sessions: readonly ProducerSession[]): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, 2_000).unref());
  await Promise.race([Promise.all(sessions.map((session) => session.close())), late]);
}

function sourcesOf(
  catalogue: Catalogue,
  { producers, seed, startTime, dirty }: ProduceOptions & { seed: number; startTime: number },
): EventSource[] {
  return Array.from({ length: producers }, (_, index) => {
    const common = { catalogue, seed, startTime, shard: { index, count: producers } };
    const source = createGenerator(common);
    return dirty > 0 ? withDirt({ ...common, source, share: dirty }) : source;
  });
}

async function withLiveLine(
  progress: Progress,
  { topic, rate, count, seconds }: ProduceOptions,
  latencies: Latencies,
  work: (onState: Parameters<typeof run>[0]['onState']) => Promise<RunResult>,
): Promise<RunResult> {
  const events = count ?? (seconds === null ? null : Math.floor(seconds * rate));
  const step = progress.step(
    `produce to ${topic}`,
    events === null ? undefined : { of: events, unit: 'events' },
  );
  const line = new LiveLine(rate, latencies);
  const result = await work((state) => step.advance(state.acked, line.text(state))).catch(
    (error: unknown) => {
      step.fail();
      throw error;
    },
  );
  const { acked, sent, failure } = result;
  if (sent > acked) step.fail(`${acked} of ${sent} events acked${failure === null ? '' : ` (${failure})`}`);
  else step.end(`${acked} events`);
  return result;
}
