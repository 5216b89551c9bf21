import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { trusting } from '../kafka/certificate.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import type { KafkaTarget } from '../kafka/target.ts';
import type { ProcessId } from '../process/process-table.ts';
import type { Progress } from '../progress.ts';
import { ordersStream } from '../stream/name.ts';
import { ensureStream, type SparkToolchain } from '../toolchain/spark.ts';
import { type Submitted, submit } from './submit.ts';

/** What the driver is at. `waiting`: Kafka or Postgres is away, and asked again and again; `detail` says which. */
export interface StateEvent {
  event: 'state';
  state: 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped';
  detail: string | null;
}

/** One micro-batch that is committed. read = applied + superseded + stale + duplicate + rejected. */
export interface BatchEvent {
  event: 'batch';
  /** Its number in ops.stream_batches. */
  batch_id: number;
  read: number;
  applied: number;
  superseded: number;
  stale: number;
  duplicate: number;
  rejected: number;
  /** Offsets that hold no message. */
  skipped: number;
  /** The ledger afterwards: next offset by partition. */
  committed: Record<string, number>;
  /** From a message's Kafka timestamp to the commit; null where nothing was read. */
  latency_ms: { p50: number | null; p99: number | null };
  seconds: { stage: number; merge: number; total: number };
}

export type StreamEvent = StateEvent | BatchEvent;

export interface StreamContext {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

export interface StreamJobOptions {
  toolchain: SparkToolchain;
  /** End when what was in the topic at the start is committed. */
  drain: boolean;
  /** Take the stream from whoever holds it. */
  takeOver: boolean;
  onEvent: (event: StreamEvent) => void;
  /** Called with the leader of the driver's process group. */
  onStart?: (driver: ProcessId) => void;
}

/** Installs what the job needs; quick when it is there. A stream starts once: it does not wait for an archive to be made. */
export const streamToolchain = ({ project, progress, signal }: StreamContext): Promise<SparkToolchain> =>
  ensureStream(project.assets, progress, signal, 'if made');

/**
 * One life of the streaming driver. It returns when a drain is done, when an abort ended it between two batches, or
 * when somebody else asked the driver to end; what it promises is in design §5.3.
 *
 * @throws ShopPipeError what the job reported, `spark_killed`, `spark_failed`.
 */
export function runStreamJob(
  { config, project, signal }: StreamContext,
  { toolchain, drain, takeOver, onEvent, onStart }: StreamJobOptions,
): Promise<Submitted> {
  const { host, port, database, user, password } = config.postgres.stream;
  const { target } = config.kafka;
  return submit(
    {
      name: 'stream',
      main: join(project.assets, 'spark', 'shop_pipe_jobs_stream.py'),
      endless: true,
      log: 'stream',
      request: {
        host,
        port,
        database,
        user,
        timezone: config.timezone,
        stream: ordersStream,
        topic: ordersTopic,
        kafka: kafkaProperties(target),
        max_offsets_per_trigger: config.stream.maxOffsetsPerTrigger,
        take_over: takeOver,
        drain,
      },
      secrets: { SHOP_STREAM_PASSWORD: password, SHOP_KAFKA_PASSWORD: target.sasl?.password ?? '' },
    },
    {
      toolchain,
      master: config.sparkMaster,
      resources: config.spark,
      confFolder: join(project.assets, 'spark', 'conf'),
      home: project.home,
      signal,
      onEvent: (event) => {
        if (event.event === 'state' || event.event === 'batch') onEvent(event as unknown as StreamEvent);
      },
      ...(onStart === undefined ? {} : { onStart }),
    },
  );
}

/** As Kafka's Java client names them; the password goes by the environment. */
function kafkaProperties({ brokers, security, sasl, ca }: KafkaTarget): Record<string, string> {
  return {
    'bootstrap.servers': brokers.join(','),
    'security.protocol': security,
    ...(sasl === null
      ? {}
      : { 'sasl.mechanism': sasl.mechanism.toUpperCase(), 'sasl.username': sasl.username }),
    ...(ca === null || !security.endsWith('SSL')
      ? {}
      : { 'ssl.truststore.certificates': String(([] as unknown[]).concat(trusting(ca).ca)[0]) }),
  };
}
