import type pg from 'pg';

/** Drops whatever is in `seed_stage`: that of this seed, or what a killed one left. Only under the seed lock. */
export async function dropStaging(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ tables: string | null }>(
    `select string_agg(format('seed_stage.%I', relname), ', ') as tables
    from pg_class where relnamespace = 'seed_stage'::regnamespace and relkind = 'r'`,
  );
  if (rows[0]?.tables) await client.query(`drop table ${rows[0].tables}`);
}
