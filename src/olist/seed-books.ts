import type pg from 'pg';
import type { ShopRows } from './shop-source.ts';

/** What a source refuses is collected here, in the seed's transaction, before it goes to `ops.rejects`. */
export async function makeRejects(client: pg.Client): Promise<void> {
  await client.query(
    `create temp table seed_rejects (
      nth bigint generated always as identity,
      source text not null, position text not null, reason text not null, payload bytea not null
    ) on commit drop`,
  );
}

// A repeated seed refuses the same records again: they are in the books already.
const keep = `
  insert into ops.rejects (source, position, reason, payload)
  select source, position, reason, payload
  from seed_rejects as refused
  where not exists (
    select
    from ops.rejects as kept
    where (kept.source, kept.position, kept.reason, kept.payload)
      = (refused.source, refused.position, refused.reason, refused.payload)
  )
  order by nth`;

/** Books what was refused. `rejected` counts all of it by reason, `kept` the rows that were not in the books yet. */
export async function keepRejects(
  client: pg.Client,
): Promise<{ rejected: Record<string, number>; kept: number }> {
  const kept = (await client.query(keep)).rowCount ?? 0;
  const { rows } = await client.query<{ reason: string; n: number }>(
    'select reason, count(*)::integer as n from seed_rejects group by reason order by reason',
  );
  return { rejected: Object.fromEntries(rows.map(({ reason, n }) => [reason, n])), kept };
}

/** Marks the business days whose orders changed, and books the zone that they are days of. */
export async function markDays(client: pg.Client, timezone: string, days: readonly string[]): Promise<void> {
  // Not `on conflict … where`, which would lock the row even where nothing is to change.
  await client.query(
    `insert into ops.settings (name, value)
    select 'timezone', to_jsonb($1::text)
    where not exists (select from ops.settings where name = 'timezone' and value = to_jsonb($1::text))
    on conflict (name) do update set value = excluded.value, changed_at = now()`,
    [timezone],
  );
  await client.query(
    'insert into ops.changed_days (order_date) select day from unnest($1::date[]) as day order by day',
    [days],
  );
}

export async function recordSeed(
  client: pg.Client,
  seed: {
    dataset: string;
    digest: string;
    rows: ShopRows;
    rejected: Record<string, number>;
    seconds: number;
  },
): Promise<void> {
  await client.query(
    'insert into ops.seeds (dataset, digest, rows, rejected, seconds) values ($1, $2, $3, $4, $5)',
    [seed.dataset, seed.digest, seed.rows, seed.rejected, seed.seconds],
  );
}
