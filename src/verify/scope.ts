import type pg from 'pg';
import { isTimezone } from '../config/timezone.ts';

/** What is compared, as one snapshot of the books says. */
export interface Scope {
  /** The zone that curated was built in; the one asked for where the books name none. */
  timezone: string;
  /** As in ops.settings; null before the first seed or run. */
  recordedTimezone: string | null;
  /** The zone that the real-time rollups were made in; null where they never were. */
  liveTimezone: string | null;
  /** Days that curated holds, `YYYY-MM-DD`. */
  curated: string[];
  /** Curated days with a mark in ops.changed_days: the shop has moved on, and the next run rebuilds them. */
  pending: string[];
  /** Days with orders that were never curated. */
  uncurated: string[];
  /** First instant of the first compared day, and the one after the last; null without such days. */
  from: string | null;
  until: string | null;
  /**
   * Customers and products whose changed_xid is not below it may have attributes that no run has read yet. Null: every
   * difference counts.
   */
  attributesWatermark: string | null;
}

/** @throws what pg throws, e.g. 22023 for a zone that Postgres doesn't know. */
export async function readScope(client: pg.Client, timezone: string): Promise<Scope> {
  const { rows } = await client.query<{
    timezone: string | null;
    live_timezone: string | null;
    watermark: string | null;
    from_the_future: boolean;
    curated: string[];
    pending: string[];
  }>(
    `select
      (select value #>> '{}' from ops.settings where name = 'timezone') as timezone,
      (select value #>> '{}' from ops.settings where name = 'live_timezone') as live_timezone,
      watermark,
      coalesce(watermark::xid8 > pg_snapshot_xmax(pg_current_snapshot()), false) as from_the_future,
      (select coalesce(json_agg(order_date order by order_date), '[]') from ops.curated_days) as curated,
      (
        select coalesce(json_agg(order_date order by order_date), '[]')
        from ops.curated_days
        where order_date in (select order_date from ops.changed_days)
      ) as pending
    from (select (select value ->> 'xmin' from ops.settings where name = 'attributes_watermark') as watermark) as books`,
  );
  const books = rows[0];
  if (!books) throw new Error('a select without from gives one row');
  const { curated, pending, timezone: recordedTimezone } = books;
  // Comparing in the recorded zone keeps a changed SHOP_TIMEZONE one finding instead of a difference on every day.
  const zone = recordedTimezone !== null && isTimezone(recordedTimezone) ? recordedTimezone : timezone;
  const compared = curated.filter((day) => !pending.includes(day));
  const limits = await client.query<{ from: string | null; until: string | null }>(
    'select ops.day_start($1::date, $3) as from, ops.day_start($2::date + 1, $3) as until',
    [compared[0] ?? null, compared.at(-1) ?? null, zone],
  );
  // Before the first run, and with a watermark of another cluster that this data was restored from, nothing is read yet.
  const unread = books.from_the_future || (curated.length === 0 && books.watermark === null);
  return {
    timezone: zone,
    recordedTimezone,
    liveTimezone: books.live_timezone,
    curated,
    pending,
    uncurated: await uncuratedDays(client, zone),
    from: limits.rows[0]?.from ?? null,
    until: limits.rows[0]?.until ?? null,
    attributesWatermark: unread ? '0' : books.watermark,
  };
}

/** Hops from day to day along the index of order_timestamp, so that 100 million orders cost no more than their days. */
async function uncuratedDays(client: pg.Client, zone: string): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `with recursive days (day) as (
      select ops.business_day(min(order_timestamp), $1) from shop.orders
      union all
      select (
        select ops.business_day(min(order_timestamp), $1)
        from shop.orders
        where order_timestamp >= ops.day_start(day + 1, $1)
      )
      from days
      where day is not null
    )
    select day from days
    where day is not null and day not in (select order_date from ops.curated_days)
    order by day`,
    [zone],
  );
  return rows.map(({ day }) => day);
}
