import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { ShopPipeError } from '../errors.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { probeKafka } from '../kafka/probe.ts';
import { type Ledger, readLedger, type StreamTotals, staleAfterSeconds } from './ledger.ts';
import { ordersStream } from './name.ts';
import { readRecord, type StreamFailure } from './record.ts';
import { findSupervisor } from './service.ts';
import { readTopicOffsets, type TopicOffsets } from './topic-offsets.ts';

export type StreamState = 'stopped' | 'starting' | 'running' | 'waiting' | 'failed';

export interface PartitionProgress {
  partition: number;
  /** The next message to be read: every one below is in the tables; null where the ledger has no such partition. */
  next_offset: number | null;
  /** Offset that the next message gets; null where Kafka was not reached. */
  latest: number | null;
  lag: number | null;
}

export interface StreamStatus {
  stream: string;
  topic: string;
  state: StreamState;
  detail: string | null;
  /** The driver's process group; null where none runs. */
  pid: number | null;
  /** Where the driver runs. */
  host: string | null;
  /** The supervisor on this machine; null where the stream was not started in the background. */
  supervisor_pid: number | null;
  /** ISO 8601. */
  started_at: string | null;
  restarts: number;
  last_error: Omit<StreamFailure, 'kind'> | null;
  /** Messages in the topic that are not read yet; null where Kafka or the ledger was not reached. */
  lag: number | null;
  committed: Record<string, number>;
  partitions: PartitionProgress[];
  /** Over the last minute; null without a batch in it. */
  events_per_s: number | null;
  latency_ms: { p50: number | null; p99: number | null };
  batches: number;
  rejected: number;
  totals: StreamTotals;
  /** What could not be found out, or looks wrong. */
  notes: string[];
}

const noTotals: StreamTotals = {
  read: 0,
  applied: 0,
  superseded: 0,
  stale: 0,
  duplicate: 0,
  rejected: 0,
  skipped: 0,
};

/**
 * The stream as its supervisor, its ledger and Kafka tell of it. A stream that waits for Postgres can still be asked.
 *
 * @throws ShopPipeError where Postgres is not reached and no supervisor runs here that could tell.
 */
export async function streamStatus(config: Config, project: Project): Promise<StreamStatus> {
  const notes: string[] = [];
  const supervised = findSupervisor(project.home);
  const [books, topic] = await Promise.all([
    readLedger(config.postgres.owner, ordersStream).catch((error: unknown) => {
      if (supervised === null || !(error instanceof ShopPipeError)) throw error;
      notes.push(`the ledger is not known: ${error.message}`);
      return undefined;
    }),
    kafkaSide(config, notes),
  ]);
  const ledger = books ?? null;
  const record = supervised?.record ?? null;
  const driver = supervised?.alive ? (record?.driver ?? null) : null;
  const { state, detail } = supervised === null ? ledgerState(ledger) : supervisedState(supervised);
  const foreground = supervised === null && state !== 'stopped' && state !== 'failed';
  const partitions = progressOf(ledger, topic, notes);
  const lags = partitions.map(({ lag }) => lag);
  return {
    stream: ordersStream,
    topic: ledger?.topic ?? ordersTopic,
    state,
    detail,
    pid: driver?.pid ?? (foreground ? (ledger?.pid ?? null) : null),
    host: ledger?.host ?? null,
    supervisor_pid: supervised?.alive ? supervised.file.pid : null,
    started_at: ledger?.startedAt ?? null,
    restarts: record?.restarts ?? 0,
    last_error: shownError((record ?? readRecord(project.home))?.lastError ?? null),
    lag:
      books === undefined || topic === null || lags.includes(null)
        ? null
        : lags.reduce<number>((sum, lag) => sum + (lag ?? 0), 0),
    committed: Object.fromEntries(ledger?.committed ?? []),
    partitions,
    events_per_s: ledger?.recent?.events_per_s ?? null,
    latency_ms: { p50: ledger?.recent?.p50 ?? null, p99: ledger?.recent?.p99 ?? null },
    batches: ledger?.batches ?? 0,
    rejected: ledger?.totals.rejected ?? 0,
    totals: ledger?.totals ?? noTotals,
    notes,
  };
}

async function kafkaSide({ kafka: { target } }: Config, notes: string[]): Promise<TopicOffsets | null> {
  try {
    // kafkajs would try again and again where somebody hangs.
    const { ready, detail } = await probeKafka(target);
    if (ready) return await readTopicOffsets(target, ordersTopic);
    notes.push(`the lag is not known: kafka at ${target.brokers.join(', ')} does not answer (${detail})`);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    notes.push(`the lag is not known: ${error.message}`);
  }
  return null;
}

function supervisedState({ alive, record }: NonNullable<ReturnType<typeof findSupervisor>>): {
  state: StreamState;
  detail: string | null;
} {
  if (!alive) {
    // An error of before, which it had got over, is not what it died of.
    const why = record?.state === 'failed' ? record.lastError?.message : undefined;
    return { state: 'failed', detail: why ?? 'its supervisor is gone without a word' };
  }
  if (record === null) return { state: 'starting', detail: null };
  if (record.state === 'stopping')
    return { state: 'running', detail: `stopping ${record.detail ?? ''}`.trim() };
  return { state: record.state, detail: record.detail };
}

/** Of a stream that runs in the foreground, or elsewhere, only the ledger knows. */
function ledgerState(ledger: Ledger | null): { state: StreamState; detail: string | null } {
  if (ledger === null) return { state: 'stopped', detail: null };
  const { state, detail, held, heartbeatAge, host, pid } = ledger;
  if (state === 'stopped' || state === 'failed') return { state, detail };
  if (heartbeatAge !== null && heartbeatAge <= staleAfterSeconds && held) return { state, detail };
  if (held)
    return { state, detail: `its driver (pid ${pid} at ${host}) was last heard of ${ago(heartbeatAge)}` };
  return { state: 'failed', detail: `its driver (pid ${pid} at ${host}) ended without a word` };
}

const ago = (seconds: number | null): string =>
  seconds === null ? 'never' : `${Math.round(seconds).toLocaleString('en-US')} s ago`;

function progressOf(ledger: Ledger | null, topic: TopicOffsets | null, notes: string[]): PartitionProgress[] {
  if (ledger !== null && topic !== null && isOther(ledger, topic)) {
    notes.push(`topic ${ledger.topic} is another one than the stream has read: shop-pipe stream reset`);
  }
  const numbers = new Set([...(ledger?.committed.keys() ?? []), ...(topic?.partitions.keys() ?? [])]);
  return [...numbers]
    .toSorted((a, b) => a - b)
    .map((partition) => {
      const next = ledger?.committed.get(partition) ?? null;
      const range = topic?.partitions.get(partition) ?? null;
      const latest = range?.latest ?? null;
      const from = next ?? range?.earliest ?? 0;
      return {
        partition,
        next_offset: next,
        latest,
        lag: latest === null ? null : Math.max(0, latest - from),
      };
    });
}

export const isOther = (
  ledger: Pick<Ledger, 'cluster_id' | 'topic_id'>,
  topic: Pick<TopicOffsets, 'cluster_id' | 'topic_id'>,
): boolean => ledger.topic_id !== topic.topic_id || ledger.cluster_id !== topic.cluster_id;

const shownError = (failure: StreamFailure | null): StreamStatus['last_error'] => {
  if (failure === null) return null;
  const { at, code, message, suggestion } = failure;
  return { at, code, message, suggestion };
};
