-- An instant becomes a business day, an hour or a day's limits here and nowhere else, whatever the zone's clock changes do.

-- migrate:up
create function ops.business_day(instant timestamptz, zone text) returns date
language sql immutable strict parallel safe
return (instant at time zone zone)::date;

create function ops.business_hour(instant timestamptz, zone text) returns timestamptz
language sql immutable strict parallel safe
return date_trunc('hour', instant, zone);

-- The first instant whose local date is `day` or later. Midnight itself may not exist (São Paulo, 2017-10-15), may come
-- twice (Havana, each autumn), and a whole day can be missing (Apia, 2011-12-30): so the quarter hours around it are tried.
create function ops.day_start(day date, zone text) returns timestamptz
language sql immutable strict parallel safe
return (
  select min(instant)
  from generate_series(
    (day::timestamp at time zone zone) - interval '26 hours',
    (day::timestamp at time zone zone) + interval '26 hours',
    interval '15 minutes'
  ) as instant
  where (instant at time zone zone)::date >= day
);

grant execute on function ops.business_day, ops.business_hour, ops.day_start to shop_etl;

-- migrate:down
drop function ops.day_start, ops.business_hour, ops.business_day;
