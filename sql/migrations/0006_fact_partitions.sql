-- fact_orders gets a partition per month on demand; the batch may ask for one without owning the table.

-- migrate:up
create function curated.ensure_partitions(first_day date, last_day date) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  month date;
  partition text;
  made integer := 0;
begin
  for month in
    select generate_series(date_trunc('month', first_day::timestamp), date_trunc('month', last_day::timestamp), interval '1 month')::date
  loop
    partition := 'fact_orders_' || to_char(month, 'YYYY_MM');
    continue when to_regclass('curated.' || partition) is not null;
    -- Made aside and attached: attaching lets readers of the parent go on, `create … partition of` would not.
    execute format('create table curated.%I (like curated.fact_orders including defaults including constraints)', partition);
    execute format(
      'alter table curated.fact_orders attach partition curated.%I for values from (%L) to (%L)',
      partition, month, month + interval '1 month'
    );
    made := made + 1;
  end loop;
  return made;
end
$$;
revoke execute on function curated.ensure_partitions from public;
grant execute on function curated.ensure_partitions to shop_etl;

-- migrate:down
drop function curated.ensure_partitions;
