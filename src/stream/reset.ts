import type pg from 'pg';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { environmentError } from '../errors.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { inTransaction, withClient } from '../postgres/connection.ts';
import { inBooks } from './books-error.ts';
import { readOffsets, staleAfterSeconds, streamLockKey } from './ledger.ts';
import { ordersStream } from './name.ts';
import { findSupervisor } from './service.ts';
import { readTopicOffsets, type TopicOffsets } from './topic-offsets.ts';

export type ResetTo = 'earliest' | 'latest';

export interface ResetResult {
  stream: string;
  topic: string;
  to: ResetTo;
  /** What the ledger said, next offset by partition; null where there was none. */
  forgotten: Record<string, number> | null;
  /** What it says now; null: nothing, the next start reads from the earliest message that is kept. */
  committed: Record<string, number> | null;
  /** Messages that were in the topic and will not be read; null where that is not known, since the topic is another. */
  passed_over: number | null;
}

/**
 * Forgets how far the stream has read, and its batches; the shop's tables stay as they are. Read again, an event
 * changes nothing: its order has that version already.
 *
 * @throws ShopPipeError `stream_running` while a driver or a supervisor runs.
 */
export async function resetStream(config: Config, project: Project, to: ResetTo): Promise<ResetResult> {
  const supervised = findSupervisor(project.home);
  if (supervised?.alive)
    throw running(`its supervisor is pid ${supervised.file.pid}`, 'shop-pipe stream stop');
  const topic = to === 'latest' ? await readTopicOffsets(config.kafka.target, ordersTopic) : null;
  const { owner } = config.postgres;
  return inBooks(owner, () =>
    withClient(owner, (client) => inTransaction(client, () => reset(client, to, topic)), {
      name: 'stream reset',
    }),
  );
}

async function reset(client: pg.Client, to: ResetTo, topic: TopicOffsets | null): Promise<ResetResult> {
  const before = await lockStream(client);
  const forgotten = before && (await readOffsets(client, ordersStream));
  await client.query('delete from ops.streams where name = $1', [ordersStream]);
  // For verify: orders may be of messages that no ledger names any more.
  await client.query(
    `insert into ops.settings (name, value) values ('stream_reset', jsonb_build_object('at', now()))
    on conflict (name) do update set value = excluded.value, changed_at = now()`,
  );
  if (topic !== null) await beginAt(client, topic);
  const same = before === null || topic === null || before.topic_id === topic.topic_id;
  let passedOver = 0;
  for (const [partition, { earliest, latest }] of topic?.partitions ?? [])
    passedOver += Math.max(0, latest - Math.max(earliest, forgotten?.get(partition) ?? 0));
  return {
    stream: ordersStream,
    topic: ordersTopic,
    to,
    forgotten: forgotten && Object.fromEntries(forgotten),
    committed:
      topic &&
      Object.fromEntries([...topic.partitions].map(([partition, { latest }]) => [partition, latest])),
    passed_over: same ? passedOver : null,
  };
}

/** Keeps drivers out until the transaction ends. Null where there is no such stream. */
async function lockStream(client: pg.Client): Promise<{ topic_id: string } | null> {
  const lock = `select pg_try_advisory_xact_lock(${streamLockKey}) as free`;
  const { rows: locks } = await client.query<{ free: boolean }>(lock, [ordersStream]);
  const { rows } = await client.query<{
    topic_id: string;
    host: string | null;
    pid: number | null;
    lives: boolean;
  }>(
    `select
      topic_id, host, pid,
      state in ('starting', 'running', 'waiting')
        and coalesce(heartbeat_at > clock_timestamp() - make_interval(secs => ${staleAfterSeconds}), false) as lives
    from ops.streams
    where name = $1
    for update`,
    [ordersStream],
  );
  const [row = null] = rows;
  // A driver that has lost its connection holds no lock, and comes back.
  if (!locks[0]?.free || row?.lives)
    throw running(
      row?.pid == null ? 'another session holds it' : `its driver is pid ${row.pid} at ${row.host}`,
      'stop it where it runs: shop-pipe stream stop, or Ctrl-C',
    );
  return row;
}

async function beginAt(
  client: pg.Client,
  { cluster_id: cluster, topic_id: id, partitions }: TopicOffsets,
): Promise<void> {
  await client.query('insert into ops.streams (name, topic, cluster_id, topic_id) values ($1, $2, $3, $4)', [
    ordersStream,
    ordersTopic,
    cluster,
    id,
  ]);
  await client.query(
    `insert into ops.stream_offsets (stream, partition, first_offset, next_offset)
    select $1, partition, latest, latest
    from unnest($2::integer[], $3::bigint[]) as topic (partition, latest)`,
    [ordersStream, [...partitions.keys()], [...partitions.values()].map(({ latest }) => latest)],
  );
}

const running = (who: string, suggestion: string): Error =>
  environmentError('stream_running', `stream ${ordersStream} runs (${who}): its ledger cannot be reset`, {
    suggestion,
  });
