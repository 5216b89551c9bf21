import type pg from 'pg';
import { batchLockKey } from '../etl/batch-lock.ts';

export interface Orphans {
  /** Staging tables of runs that died, schema and all. */
  dropped: string[];
  /** Those that could not be had: a run is at work, or somebody still holds them. The next run of the batch drops them. */
  left: string[];
}

/** Drops what dead runs of the batch left in etl_stage, as each run does when it begins; never what a live one uses. */
export async function dropOrphans(client: pg.Client): Promise<Orphans> {
  const names = await orphans(client);
  if (names.length === 0) return { dropped: [], left: [] };
  // A run holds this from its start to its end: without it a table may be in use though nobody has it locked.
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    batchLockKey,
  ]);
  if (!rows[0]?.taken) return { dropped: [], left: names };
  try {
    const found: Orphans = { dropped: [], left: [] };
    // Anew: the run that was at work a moment ago has dropped its own.
    for (const name of await orphans(client)) {
      const list = (await dropped(client, name)) ? found.dropped : found.left;
      list.push(name);
    }
    return found;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [batchLockKey]).catch(() => undefined);
  }
}

async function orphans(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('etl_stage.%I', relname) as name
    from pg_class
    where relnamespace = 'etl_stage'::regnamespace and relkind = 'r' and relname ~ '_r[0-9]+$'
    order by relname`,
  );
  return rows.map(({ name }) => name);
}

async function dropped(client: pg.Client, name: string): Promise<boolean> {
  try {
    await client.query(`drop table if exists ${name}`);
    return true;
  } catch (error) {
    // lock_not_available: an executor that outlived its run.
    if ((error as { code?: string }).code === '55P03') return false;
    throw error;
  }
}
