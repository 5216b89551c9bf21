import { withClient } from '../../postgres/connection.ts';
import type { PgTarget } from '../../postgres/target.ts';
import { inBooks } from '../books-error.ts';
import { conditionOf, isoColumn, type RejectFilter } from './filter.ts';

/** One refused piece of input without its payload. */
export interface RejectLine {
  reject_id: number;
  source: string;
  position: string;
  reason: string;
  /** Length of the payload. */
  bytes: number;
  /** ISO 8601. */
  rejected_at: string;
  /** ISO 8601; null where it was not sent again. */
  replayed_at: string | null;
}

export interface RejectList {
  /** The newest first. */
  rejects: RejectLine[];
  /** How many there are, shown or not. */
  total: number;
}

export interface RejectCount {
  source: string;
  reason: string;
  rejects: number;
  /** Those of them that were sent again. */
  replayed: number;
  newest_at: string;
}

/** @throws ShopPipeError `not_migrated`, and as `connect`. */
export function listRejects(owner: PgTarget, filter: RejectFilter, limit: number): Promise<RejectList> {
  const { sql, values } = conditionOf(filter);
  return inBooks(owner, () =>
    withClient(owner, async (client) => {
      const { rows } = await client.query<RejectLine & { reject_id: string }>(
        `select
          reject_id, source, position, reason, octet_length(payload) as bytes,
          ${isoColumn('rejected_at')}, ${isoColumn('replayed_at')}
        from ops.rejects
        where ${sql}
        order by ops.rejects.reject_id desc
        limit ${limit}`,
        values,
      );
      const counted = await client.query<{ n: string }>(
        `select count(*) as n from ops.rejects where ${sql}`,
        values,
      );
      const rejects = rows.map((row) => ({ ...row, reject_id: Number(row.reject_id) }));
      return { rejects, total: Number(counted.rows[0]?.n) };
    }),
  );
}

/** By source and reason, the most frequent first. */
export function countRejects(owner: PgTarget, filter: RejectFilter): Promise<RejectCount[]> {
  const { sql, values } = conditionOf(filter);
  return inBooks(owner, () =>
    withClient(owner, async (client) => {
      const { rows } = await client.query<RejectCount & Record<'rejects' | 'replayed', string>>(
        `with counted as (
          select source, reason, count(*) as rejects, count(replayed_at) as replayed, max(rejected_at) as newest_at
          from ops.rejects
          where ${sql}
          group by source, reason
        )
        select source, reason, rejects, replayed, ${isoColumn('newest_at')}
        from counted
        order by counted.rejects desc, source, reason`,
        values,
      );
      return rows.map((row) => ({ ...row, rejects: Number(row.rejects), replayed: Number(row.replayed) }));
    }),
  );
}
