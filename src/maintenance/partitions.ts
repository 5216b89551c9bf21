import type pg from 'pg';

export interface PartitionsAhead {
  made: number;
  /** The last month, `YYYY-MM`, that is known to have one. */
  through: string;
}

/**
 * Partitions of curated.fact_orders from the present month on. The batch makes those that it needs itself; here they are
 * made before it needs them, so that no publish has to wait for the lock that attaching one takes.
 */
export async function makePartitions(
  client: pg.Client,
  timezone: string,
  months: number,
): Promise<PartitionsAhead> {
  const { rows } = await client.query<{ made: number; through: string }>(
    `with span as (
      select today, (today + make_interval(months => $2))::date as last
      from ops.business_day(now(), $1) as today
    )
    select curated.ensure_partitions(today, last) as made, to_char(last, 'YYYY-MM') as through
    from span`,
    [timezone, months],
  );
  return rows[0] as PartitionsAhead;
}
