import type pg from 'pg';
import type { Progress } from '../progress.ts';
import { olistFileNames } from './olist-files.ts';
import { shopState } from './shop-state.ts';
import { loadedTables, lockAll } from './table-locks.ts';

const curatedTables = `
  select string_agg(format('%I.%I', nspname, relname), ', ' order by relname) as tables
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = 'curated' and relkind in ('r', 'p') and not relispartition`;

/**
 * Empties the shop and everything that was derived from it, and says so. The epoch is raised, so that a batch run that
 * is under way cannot publish days of the shop that was. Streams are forgotten: one that runs cannot commit any more, and
 * the next start finds no ledger, so it reads its topic from the beginning.
 */
export async function clearForReplace(client: pg.Client, progress: Progress): Promise<void> {
  const { seed } = await shopState(client);
  // First, as a merge does it: see `holdStreams`.
  const { rows: streams } = await client.query<{ topic: string }>(
    'with forgotten as (delete from ops.streams returning topic) select distinct topic from forgotten order by topic',
  );
  const { rows: days } = await client.query<{ n: number }>(
    'select count(*)::integer as n from ops.curated_days',
  );
  progress.warn(
    `replacing ${seed ? `the shop's ${seed.dataset} data` : 'what the shop holds'}: emptied with it are the curated tables (${days[0]?.n ?? 0} days), the live rollups, the changed days and the rejects of earlier seeds; the runs of the batch stay in the books`,
  );
  if (streams.length > 0) {
    progress.warn(
      `forgotten with it are the stream's ledger, batches and rejects: the next \`shop-pipe stream start\` reads ${streams.map(({ topic }) => topic).join(', ')} from the beginning; to skip what is there, run \`shop-pipe stream reset --to latest\` before it`,
    );
  }
  await client.query('update ops.etl_control set epoch = epoch + 1');
  const { rows } = await client.query<{ tables: string | null }>(curatedTables);
  const curated = rows[0]?.tables ? [rows[0].tables] : [];
  await lockAll(client, [...loadedTables, ...curated]);
  await client.query(
    `truncate ${['shop.customers, shop.products, shop.orders, ops.curated_days, ops.changed_days', ...curated].join(', ')}`,
  );
  await client.query('delete from ops.rejects where source = any($1) or kafka_offset is not null', [
    olistFileNames,
  ]);
  await client.query(
    `delete from ops.settings where name in ('attributes_watermark', 'timezone', 'rejects_pruned', 'stream_reset')`,
  );
}
