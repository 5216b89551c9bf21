import type pg from 'pg';
import { quantile } from '../stream/latency.ts';
import { staleAfterSeconds } from '../stream/ledger.ts';
import { ordersStream } from '../stream/name.ts';
import type { Health } from './state.ts';

/** What the books say, as shop_bi may read them (migration 0010). */
export interface Books {
  stream: Health['stream'];
  etl: Health['etl'];
  /** The topic that the ledger is of, and how far it is read; null where no stream ever ran. */
  ledger: { cluster_id: string; topic_id: string; next: Map<number, number> } | null;
}

const windowMs = 60_000;

interface Batch {
  at: number;
  read: number;
  latency: Record<string, number>;
}

/** Reads the books round after round; batches of the last minute are kept, so that each is read once. */
export class BooksReader {
  #batches: Batch[] = [];
  #newest = '0';
  #since: string | null = null;

  /** Asks in the transaction that is open. */
  async read(client: pg.Client): Promise<Books> {
    const stream = await client.query<StreamRow>(streamSql, [ordersStream]);
    const [row] = stream.rows;
    const offsets = row
      ? await client.query<{ partition: number; next_offset: string }>(offsetsSql, [ordersStream])
      : { rows: [] };
    if (row) await this.#readBatches(client, row);
    const etl = await client.query<EtlRow>(etlSql);
    return {
      stream: row ? this.#streamOf(row) : null,
      etl: etl.rows[0] ? { ...etl.rows[0], run_id: Number(etl.rows[0].run_id) } : null,
      ledger: row
        ? {
            cluster_id: row.cluster_id,
            topic_id: row.topic_id,
            next: new Map(offsets.rows.map((one) => [one.partition, Number(one.next_offset)])),
          }
        : null,
    };
  }

  async #readBatches(client: pg.Client, { started_at: since }: StreamRow): Promise<void> {
    // A driver that starts anew begins its figures anew, as `stream status` does; a reset takes the batches along.
    if (since !== this.#since) {
      this.#since = since;
      this.#batches = [];
      this.#newest = '0';
    }
    const { rows } = await client.query<BatchRow>(batchesSql, [ordersStream, this.#newest, since]);
    for (const { at, read, latency } of rows) this.#batches.push({ at: Number(at), read, latency });
    this.#newest = rows.at(-1)?.batch_id ?? this.#newest;
    const begins = Date.now() - windowMs;
    this.#batches = this.#batches.filter(({ at }) => at > begins);
  }

  #streamOf(row: StreamRow): NonNullable<Health['stream']> {
    const buckets = new Map<number, number>();
    let read = 0;
    for (const batch of this.#batches) {
      read += batch.read;
      for (const [bucket, messages] of Object.entries(batch.latency))
        buckets.set(Number(bucket), (buckets.get(Number(bucket)) ?? 0) + messages);
    }
    const spanMs = Math.min(
      windowMs,
      row.started_at === null ? windowMs : Date.now() - Date.parse(row.started_at),
    );
    return {
      state: stateOf(row),
      read: Number(row.read),
      applied: Number(row.applied),
      rejected: Number(row.rejected),
      events_per_s: this.#batches.length > 0 ? Math.round(read / Math.max(0.1, spanMs / 10_000)) / 10 : null,
      p50_ms: quantile(buckets, 0.5),
      p99_ms: quantile(buckets, 0.99),
      last_batch_at: row.last_batch_at,
    };
  }
}

interface StreamRow {
  cluster_id: string;
  topic_id: string;
  state: 'starting' | 'running' | 'waiting' | 'stopped' | 'failed';
  started_at: string | null;
  heartbeat_age: number | null;
  held: boolean;
  read: string;
  applied: string;
  rejected: string;
  last_batch_at: string | null;
}
interface BatchRow {
  batch_id: string;
  at: string;
  read: number;
  latency: Record<string, number>;
}
type EtlRow = Omit<NonNullable<Health['etl']>, 'run_id'> & { run_id: string };

/** As `stream status` tells it, without a supervisor that could be asked. */
function stateOf({ state, heartbeat_age: age, held }: StreamRow): NonNullable<Health['stream']>['state'] {
  if (state === 'stopped' || state === 'failed') return state;
  if (!held) return 'failed';
  return age !== null && age <= staleAfterSeconds ? state : 'silent';
}

const iso = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const streamSql = `
  select
    cluster_id, topic_id, state, held, read, applied, rejected,
    ${iso('started_at')} as started_at,
    extract(epoch from clock_timestamp() - heartbeat_at)::float8 as heartbeat_age,
    (
      select ${iso('max(committed_at)')} from live.stream_batches where stream_batches.stream = stream_health.stream
    ) as last_batch_at
  from live.stream_health
  where stream = $1`;
const offsetsSql = 'select partition, next_offset from live.stream_offsets where stream = $1';
const batchesSql = `
  select batch_id, (extract(epoch from committed_at) * 1000)::bigint as at, read, latency
  from live.stream_batches
  where
    stream = $1 and committed_at > greatest(clock_timestamp() - interval '1 minute', $3::timestamptz)
    and batch_id > $2
  order by batch_id`;
const etlSql = `
  select run_id, state, days, ${iso('started_at')} as started_at, ${iso('finished_at')} as finished_at
  from live.etl_runs
  order by run_id desc
  limit 1`;
