import { inTransaction, withClient } from '../../postgres/connection.ts';
import type { PgTarget } from '../../postgres/target.ts';
import { inBooks } from '../books-error.ts';
import { conditionOf, type RejectFilter } from './filter.ts';

export interface PrunedRejects {
  /** How many were deleted. */
  pruned: number;
  /** ISO 8601: those refused before this. */
  before: string;
}

/** For verify: of the rejects before this instant some may be gone, later ones are all there. */
const bookkeeping = `
  insert into ops.settings as held (name, value)
  values ('rejects_pruned', jsonb_build_object('before', $1::timestamptz))
  on conflict (name) do update set value = excluded.value, changed_at = now()
  where (held.value ->> 'before')::timestamptz < (excluded.value ->> 'before')::timestamptz`;

/** Deletes rejects that are older than `seconds`. */
export function pruneRejects(owner: PgTarget, filter: RejectFilter, seconds: number): Promise<PrunedRejects> {
  const { sql, values } = conditionOf(filter);
  const before = new Date(Date.now() - seconds * 1000).toISOString();
  return inBooks(owner, () =>
    withClient(
      owner,
      (client) =>
        inTransaction(client, async () => {
          const { rowCount } = await client.query(
            `delete from ops.rejects where ${sql} and rejected_at < $${values.length + 1}`,
            [...values, before],
          );
          await client.query(bookkeeping, [before]);
          return { pruned: rowCount ?? 0, before };
        }),
      { name: 'rejects prune' },
    ),
  );
}
