import type pg from 'pg';

export interface AnalyzedTable {
  /** With its schema. */
  table: string;
  seconds: number;
}

/**
 * Fresh statistics for the planner. Autovacuum sees to ordinary tables, but never to a partitioned one as a whole; and
 * after a big seed it may be a while until it comes by. A table that somebody holds is passed over.
 */
export async function analyzeTables(client: pg.Client, signal: AbortSignal): Promise<AnalyzedTable[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ('shop', 'curated', 'live') and relkind in ('r', 'p') and not relispartition
    order by nspname, relname`,
  );
  const analyzed: AnalyzedTable[] = [];
  for (const { name } of rows) {
    signal.throwIfAborted();
    const started = performance.now();
    try {
      await client.query(`analyze ${name}`);
      analyzed.push({ table: name, seconds: Math.round(performance.now() - started) / 1000 });
    } catch (error) {
      // lock_not_available, or gone since.
      if (!['55P03', '42P01'].includes((error as { code?: string }).code ?? '')) throw error;
    }
  }
  return analyzed;
}
