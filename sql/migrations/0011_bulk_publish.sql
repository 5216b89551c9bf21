-- An empty curated table is filled without keys, which are then built at once instead of being kept row by row.

-- migrate:up
create table ops.suspended_keys (
  target text not null,
  position integer not null,
  definition text not null,
  primary key (target, position)
);
comment on table ops.suspended_keys is
  'statements that give a curated table its keys and indexes back; filled and emptied within one publish, so that nobody ever sees a row';

-- Takes keys and indexes of an empty table away; false, and nothing done, where it has rows. The batch may ask for it without
-- owning the table. Names are not data: `target` must be a table of curated.
create function curated.suspend_keys(target text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  relation regclass := format('curated.%I', target)::regclass;
  filled boolean;
  key record;
begin
  execute format('lock table %s in access exclusive mode', relation);
  execute format('select exists (select from %s)', relation) into filled;
  if filled then
    return false;
  end if;
  insert into ops.suspended_keys (target, position, definition)
  select suspend_keys.target, row_number() over (order by is_constraint desc, name), definition
  from (
    select true as is_constraint, conname::text as name,
      format('alter table %s add constraint %I %s', relation, conname, pg_get_constraintdef(oid)) as definition
    from pg_constraint
    where conrelid = relation and contype in ('p', 'u')
    union all
    select false, indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
    from pg_index
    where indrelid = relation and not exists (select from pg_constraint where conindid = indexrelid)
  ) as keys;
  for key in
    select format('alter table %s drop constraint %I', relation, conname) as statement
    from pg_constraint
    where conrelid = relation and contype in ('p', 'u')
    union all
    select format('drop index %s', indexrelid::regclass)
    from pg_index
    where indrelid = relation and not exists (select from pg_constraint where conindid = indexrelid)
  loop
    execute key.statement;
  end loop;
  return true;
end
$$;

create function curated.restore_keys(target text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  statement text;
begin
  for statement in
    select definition from ops.suspended_keys as keys where keys.target = restore_keys.target order by position
  loop
    execute statement;
  end loop;
  delete from ops.suspended_keys as keys where keys.target = restore_keys.target;
end
$$;
revoke execute on function curated.suspend_keys, curated.restore_keys from public;
grant execute on function curated.suspend_keys, curated.restore_keys to shop_etl;

-- migrate:down
drop function curated.restore_keys, curated.suspend_keys;
drop table ops.suspended_keys;
