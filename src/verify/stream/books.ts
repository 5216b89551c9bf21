import type pg from 'pg';

/** A stream's row in ops.streams and its ledger, as one snapshot has them. */
export interface StreamBooks {
  name: string;
  topic: string;
  cluster_id: string;
  topic_id: string;
  totals: StreamTotals;
  /** By partition. */
  ledger: Map<number, { first: number; next: number }>;
}

export interface StreamTotals {
  batches: number;
  read: number;
  applied: number;
  superseded: number;
  stale: number;
  duplicate: number;
  rejected: number;
  skipped: number;
  pruned_batches: number;
  pruned_read: number;
}

export const verdicts = ['applied', 'superseded', 'stale', 'duplicate', 'rejected'] as const;

const totals = ['batches', 'read', ...verdicts, 'skipped', 'pruned_batches', 'pruned_read'] as const;

/** Every stream, by name; none where nobody ever started one. */
export async function readStreams(client: pg.Client): Promise<StreamBooks[]> {
  const { rows } = await client.query<
    Omit<StreamBooks, 'ledger'> & { ledger: { partition: number; first: number; next: number }[] }
  >(
    `select
      name,
      topic,
      cluster_id,
      topic_id,
      json_build_object(${totals.map((total) => `'${total}', ${total}`).join(', ')}) as totals,
      (
        select coalesce(json_agg(json_build_object('partition', partition, 'first', first_offset, 'next', next_offset) order by partition), '[]')
        from ops.stream_offsets
        where stream = name
      ) as ledger
    from ops.streams
    order by name`,
  );
  return rows.map(({ ledger, ...stream }) => ({
    ...stream,
    ledger: new Map(ledger.map(({ partition, first, next }) => [partition, { first, next }])),
  }));
}

/** Offsets that the ledger has passed since the stream was made or reset. */
export const advanced = ({ ledger }: StreamBooks): number =>
  [...ledger.values()].reduce((sum, { first, next }) => sum + next - first, 0);
