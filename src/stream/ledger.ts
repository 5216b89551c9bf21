import type pg from 'pg';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { inBooks } from './books-error.ts';
import { type LatencyBuckets, quantile } from './latency.ts';

/** What became of the messages that a stream has read; read = applied + superseded + stale + duplicate + rejected. */
export interface StreamTotals {
  read: number;
  applied: number;
  superseded: number;
  stale: number;
  duplicate: number;
  rejected: number;
  /** Offsets that held no message. */
  skipped: number;
}

/** A stream's books in Postgres as they are now. */
export interface Ledger {
  topic: string;
  cluster_id: string;
  topic_id: string;
  state: 'starting' | 'running' | 'waiting' | 'stopped' | 'failed';
  detail: string | null;
  /** Who holds it or held it last. */
  host: string | null;
  pid: number | null;
  startedAt: string | null;
  /** Seconds since the driver last said that it lives; null where none ever did. */
  heartbeatAge: number | null;
  /** Whether a session holds the stream's lock: a driver that runs, or one whose death the server has not noticed. */
  held: boolean;
  /** Next offset by partition. */
  committed: Map<number, number>;
  batches: number;
  totals: StreamTotals;
  recent: RecentFigures | null;
}

/** Over the last minute, or since the driver started where that is less; null without a batch in it. */
export interface RecentFigures {
  events_per_s: number;
  p50: number | null;
  p99: number | null;
}

/** Key of the advisory lock that a running driver holds, as SQL of the stream's name in $1. */
export const streamLockKey = `hashtextextended('shop-pipe stream ' || $1::text, 0)`;

/** A driver that is silent for longer is taken for dead; it writes its heartbeat every few seconds. */
export const staleAfterSeconds = 20;

const windowSeconds = 60;

const totalNames = ['read', 'applied', 'superseded', 'stale', 'duplicate', 'rejected', 'skipped'] as const;

/** Null for a stream that never started, or was reset. @throws ShopPipeError `not_migrated`, and as `connect`. */
export function readLedger(owner: PgTarget, stream: string): Promise<Ledger | null> {
  return inBooks(owner, () =>
    withClient(
      owner,
      async (client) => {
        // One snapshot, so that totals, offsets and batches tell of the same commit.
        await client.query('begin isolation level repeatable read read only');
        return await readAll(client, stream);
      },
      { name: 'stream status' },
    ),
  );
}

type StreamRow = Record<(typeof totalNames)[number] | 'batches', string> & {
  topic: string;
  cluster_id: string;
  topic_id: string;
  state: Ledger['state'];
  detail: string | null;
  host: string | null;
  pid: number | null;
  started_at: string | null;
  heartbeat_age: number | null;
  held: boolean;
};

async function readAll(client: pg.Client, stream: string): Promise<Ledger | null> {
  const { rows } = await client.query<StreamRow>(
    `select
      topic, cluster_id, topic_id, state, detail, host, pid, batches, ${totalNames.join(', ')},
      to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started_at,
      extract(epoch from clock_timestamp() - heartbeat_at)::float8 as heartbeat_age,
      exists (
        select from pg_locks
        where locktype = 'advisory' and objsubid = 1 and granted
          and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = ${streamLockKey}
      ) as held
    from ops.streams
    where name = $1`,
    [stream],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const totals = Object.fromEntries(totalNames.map((name) => [name, Number(row[name])])) as unknown;
  return {
    topic: row.topic,
    cluster_id: row.cluster_id,
    topic_id: row.topic_id,
    state: row.state,
    detail: row.detail,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at,
    heartbeatAge: row.heartbeat_age,
    held: row.held,
    committed: await readOffsets(client, stream),
    batches: Number(row.batches),
    totals: totals as StreamTotals,
    recent: await readRecent(client, stream),
  };
}

/** Next offset by partition, for what is told in the end; null where Postgres does not answer. */
export async function committedOffsets(
  owner: PgTarget,
  stream: string,
): Promise<Record<string, number> | null> {
  try {
    const offsets = await withClient(owner, (client) => readOffsets(client, stream), { timeoutMs: 3_000 });
    return Object.fromEntries(offsets);
  } catch {
    return null;
  }
}

/** Next offset by partition. */
export async function readOffsets(client: pg.Client, stream: string): Promise<Map<number, number>> {
  const { rows } = await client.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset from ops.stream_offsets where stream = $1 order by partition',
    [stream],
  );
  return new Map(rows.map(({ partition, next_offset: next }) => [partition, Number(next)]));
}

async function readRecent(client: pg.Client, stream: string): Promise<RecentFigures | null> {
  const { rows } = await client.query<{ read: string | null; seconds: number; buckets: LatencyRow | null }>(
    `with span as (
      select greatest(
        clock_timestamp() - make_interval(secs => ${windowSeconds}),
        started_at
      ) as begins
      from ops.streams
      where name = $1
    ),
    recent as (
      select read, latency
      from ops.stream_batches, span
      where stream = $1 and committed_at > begins
    )
    select
      (select sum(read) from recent) as read,
      (select extract(epoch from clock_timestamp() - begins)::float8 from span) as seconds,
      (
        select jsonb_object_agg(bucket, messages)
        from (
          select key as bucket, sum(value::bigint) as messages
          from recent, jsonb_each_text(latency)
          group by key
        ) as by_bucket
      ) as buckets`,
    [stream],
  );
  const { read = null, seconds = windowSeconds, buckets = null } = rows[0] ?? {};
  if (read === null) return null;
  const latencies: LatencyBuckets = new Map(
    Object.entries(buckets ?? {}).map(([bucket, messages]) => [Number(bucket), messages]),
  );
  return {
    events_per_s: Math.round((Number(read) / Math.max(1, seconds)) * 10) / 10,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

type LatencyRow = Record<string, number>;
