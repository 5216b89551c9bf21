import type pg from 'pg';
import type { Progress } from '../progress.ts';
import { inStep } from '../progress.ts';
import { stripTables } from './bare-tables.ts';

export const liveTables = ['live.hourly_sales', 'live.daily_product_sales'];

/**
 * Waits for the merges of streams that are under way, and keeps the next ones out until the transaction ends. A merge
 * locks its stream's row before anything else: whoever does likewise cannot end in a deadlock with one.
 */
export async function holdStreams(client: pg.Client): Promise<void> {
  await client.query('select from ops.streams order by name for update');
}

/** Makes the real-time rollups anew from the orders as this transaction sees them. */
export async function rebuildLive(client: pg.Client, timezone: string, progress: Progress): Promise<void> {
  await inStep(progress, 'live rollups', () => client.query('select live.rebuild($1)', [timezone]));
}

/** The same, of rows that `fill` writes: into bare tables, as `loadShop` does with those of the shop; both are locked. */
export async function fillLive(
  client: pg.Client,
  timezone: string,
  progress: Progress,
  fill: () => Promise<void> | undefined,
): Promise<void> {
  const restore = await stripTables(client, liveTables);
  await client.query(`truncate ${liveTables.join(', ')}`);
  await fill();
  await inStep(progress, 'keys of the live rollups', () => restore());
  await client.query(
    `insert into ops.settings as held (name, value) values ('live_timezone', to_jsonb($1::text))
    on conflict (name) do update set value = excluded.value, changed_at = now() where held.value <> excluded.value`,
    [timezone],
  );
}

/** Business days that have orders, by rollups of these: hours are a hundredth of what the orders are. */
export async function daysOfLive(client: pg.Client, timezone: string): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `select distinct ops.business_day(order_hour, $1)::text as day
    from live.hourly_sales
    where orders > 0`,
    [timezone],
  );
  return rows.map(({ day }) => day);
}

/** Whether the rollups were ever made: not so where the shop was filled before they came by a migration. */
export async function liveIsBuilt(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ built: boolean }>(
    `select exists (select from ops.settings where name = 'live_timezone') as built`,
  );
  return rows[0]?.built ?? false;
}
