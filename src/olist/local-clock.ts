import type pg from 'pg';

const hourSeconds = 3600;
const daySeconds = 86_400;

// Every hour of the time between, then every second of those hours in which the clock was set.
const shiftsSql = `
  with hours as (
    select instant, instant at time zone $1 - instant at time zone 'UTC' as shift
    from generate_series(to_timestamp($2::bigint), to_timestamp($3::bigint) + interval '1 hour', '1 hour') as instant
  ),
  changes as (
    select instant, shift, lag(shift) over (order by instant) as before from hours
  )
  select
    extract(epoch from coalesce(first_second, instant))::float8 as instant,
    extract(epoch from shift)::float8 as shift
  from changes
  left join lateral (
    select min(second) as first_second
    from generate_series(instant - interval '1 hour', instant, '1 second') as second
    where before is not null and second at time zone $1 - second at time zone 'UTC' = shift
  ) as change on before is not null
  where before is distinct from shift
  order by 1`;

interface Shift {
  /** First instant, seconds since 1970. */
  instant: number;
  /** What the local time is ahead of UTC from then on, seconds. */
  shift: number;
}

/**
 * Business days and hours of instants that are set in the order of time, as `ops.business_day` and `ops.business_hour`
 * give them: by the time zones of that Postgres.
 */
export class LocalClock {
  /** Days since 1970-01-01. */
  day = 0;
  /** First instant of the hour, seconds since 1970. */
  hour = 0;
  private at = 0;
  private readonly shifts: readonly Shift[];

  private constructor(shifts: readonly Shift[]) {
    this.shifts = shifts;
  }

  /** For instants from `first` to `last`, seconds since 1970. */
  static async of(client: pg.Client, timezone: string, first: number, last: number): Promise<LocalClock> {
    const { rows } = await client.query<Shift>(shiftsSql, [timezone, first, last]);
    return new LocalClock(rows);
  }

  set(instant: number): void {
    while (instant >= (this.shifts[this.at + 1]?.instant ?? Number.POSITIVE_INFINITY)) this.at++;
    const local = instant + (this.shifts[this.at] as Shift).shift;
    this.day = Math.floor(local / daySeconds);
    this.hour = instant - (local - Math.floor(local / hourSeconds) * hourSeconds);
  }
}
