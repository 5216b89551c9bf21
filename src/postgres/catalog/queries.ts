/**
 * What is not compared although it is in the database: objects that runs make and drop as they need them, and the books of
 * the migrations themselves.
 */
const madeByRuns = `
  -- src/olist/seed-stage.ts, spark/shop_pipe_jobs/batch/stage.py
  n.nspname in ('seed_stage', 'etl_stage')
  -- curated.ensure_partitions, called by the batch and by maintain
  or (n.nspname = 'curated' and c.relispartition and c.relname ~ '^fact_orders_\\d{4}_\\d{2}$')
  -- src/postgres/migrations
  or (n.nspname = 'public' and c.relname in ('shop_pipe_migrations', 'shop_pipe_migration_repairs'))`;

const ownSchema = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;
const ofExtension = (catalog: string, oid: string): string =>
  `exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

/** Rights as one text, defaults written out: the same whether they were ever granted or not. */
const rights = (acl: string, type: string, owner: string): string => `(
  select string_agg(format('%s: %s', grantee, granted), '; ' order by grantee)
  from (
    select case when grantee = 0 then 'public' else grantee::regrole::text end as grantee,
      string_agg(privilege_type || case when is_grantable then ' (may grant)' else '' end, ', ' order by privilege_type) as granted
    from aclexplode(coalesce(${acl}, acldefault('${type}', ${owner})))
    group by 1
  ) as one
)`;

const relations = `
  with relation as materialized (
    select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as full_name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where ${ownSchema} and not (${madeByRuns}) and not ${ofExtension('pg_class', 'c.oid')}
  )`;

/**
 * Each row is an object: kind, name, the object that it goes with, and what there is to say of it. Run with search_path
 * pg_catalog, so that every name which the catalog prints is qualified.
 */
export const catalogQueries: readonly string[] = [
  `select 'schema' as kind, quote_ident(n.nspname) as name, null as parent, jsonb_build_object(
      'owner', n.nspowner::regrole::text,
      'rights', ${rights('n.nspacl', 'n', 'n.nspowner')},
      'comment', obj_description(n.oid, 'pg_namespace')
    ) as facts
  from pg_namespace n
  where ${ownSchema} and not ${ofExtension('pg_namespace', 'n.oid')}`,

  `${relations}
  select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end as kind,
    full_name as name, null as parent, jsonb_build_object(
      'owner', relowner::regrole::text,
      'rights', case when relkind = 'S' then ${rights('relacl', 's', 'relowner')} else ${rights('relacl', 'r', 'relowner')} end,
      'persistence', relpersistence,
      'options', array_to_string(reloptions, ', '),
      'partitioning', pg_get_partkeydef(oid),
      'partition', pg_get_expr(relpartbound, oid),
      'row security', case when relrowsecurity then case when relforcerowsecurity then 'forced' else 'on' end end,
      'replica identity', relreplident,
      'definition', case when relkind in ('v', 'm') then pg_get_viewdef(oid) end,
      'sequence', (
        select format('%s from %s by %s, %s to %s, cache %s%s', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, case when seqcycle then ', cycle' else '' end)
        from pg_sequence where seqrelid = relation.oid
      ),
      'comment', obj_description(oid, 'pg_class')
    ) as facts
  from relation
  where relkind in ('r', 'p', 'v', 'm', 'S', 'f')`,

  `${relations}
  select 'column' as kind, format('%s.%I', full_name, attname) as name, full_name as parent, jsonb_build_object(
      'type', format_type(atttypid, atttypmod),
      'null', case when attnotnull then 'not null' else 'null' end,
      'default', pg_get_expr(adbin, adrelid),
      'generated', format('%s%s', attidentity, attgenerated),
      'collation', nullif(attcollation, typcollation)::regcollation::text,
      'storage', attstorage,
      'statistics', attstattarget,
      'rights', case when attacl is not null then ${rights('attacl', 'c', 'relowner')} end,
      'position', rank() over (partition by relation.oid order by attnum),
      'comment', col_description(attrelid, attnum)
    ) as facts
  from relation
  join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
  join pg_type on pg_type.oid = atttypid
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relkind in ('r', 'p', 'f', 'v', 'm')`,

  // That a column is not null is a fact of the column.
  `${relations}
  select 'constraint' as kind, format('%s.%I', full_name, conname) as name, full_name as parent, jsonb_build_object(
      'definition', pg_get_constraintdef(con.oid),
      'validated', convalidated,
      'comment', obj_description(con.oid, 'pg_constraint')
    ) as facts
  from relation
  join pg_constraint con on conrelid = relation.oid
  where contype in ('p', 'u', 'x', 'f', 'c') and conparentid = 0`,

  // Those of constraints are told with these; but not that they are invalid.
  `${relations}
  select 'index' as kind, format('%I.%I', relation.nspname, i.relname) as name, full_name as parent, jsonb_build_object(
      'definition', pg_get_indexdef(indexrelid),
      'valid', indisvalid and indisready and indislive,
      'comment', obj_description(indexrelid, 'pg_class')
    ) as facts
  from relation
  join pg_index on indrelid = relation.oid
  join pg_class i on i.oid = indexrelid
  where not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x')) or not indisvalid`,

  `${relations}
  select 'trigger' as kind, format('%s.%I', full_name, tgname) as name, full_name as parent, jsonb_build_object(
      'definition', pg_get_triggerdef(t.oid), 'enabled', tgenabled
    ) as facts
  from relation
  join pg_trigger t on tgrelid = relation.oid
  where not tgisinternal
  union all
  select 'rule', format('%s.%I', full_name, rulename), full_name, jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled)
  from relation
  join pg_rewrite r on ev_class = relation.oid
  where rulename <> '_RETURN'
  union all
  select 'policy', format('%s.%I', full_name, polname), full_name, jsonb_build_object(
      'command', polcmd, 'permissive', polpermissive, 'roles', polroles::regrole[]::text,
      'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid)
    )
  from relation
  join pg_policy on polrelid = relation.oid
  union all
  select 'statistics', format('%s.%I', full_name, stxname), full_name, jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid))
  from relation
  join pg_statistic_ext s on stxrelid = relation.oid`,

  `select case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
    format('%I.%I(%s)', n.nspname, proname, pg_get_function_identity_arguments(p.oid)) as name, null as parent,
    jsonb_build_object(
      'definition', case when prokind <> 'a' then pg_get_functiondef(p.oid) end,
      'owner', proowner::regrole::text,
      'rights', ${rights('proacl', 'f', 'proowner')},
      'comment', obj_description(p.oid, 'pg_proc')
    ) as facts
  from pg_proc p
  join pg_namespace n on n.oid = pronamespace
  where ${ownSchema} and not ${ofExtension('pg_proc', 'p.oid')}`,

  // Enums, domains, ranges and composite types that are no table's.
  `select 'type' as kind, format('%I.%I', n.nspname, typname) as name, null as parent, jsonb_build_object(
      'kind', typtype,
      'labels', (select string_agg(enumlabel, ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid),
      'base', case when typtype = 'd' then format_type(typbasetype, typtypmod) end,
      'null', typnotnull,
      'default', typdefault,
      'checks', (select string_agg(pg_get_constraintdef(oid), '; ' order by conname) from pg_constraint where contypid = t.oid and contype = 'c'),
      'attributes', (
        select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
        from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped and typtype = 'c'
      ),
      'owner', typowner::regrole::text,
      'rights', ${rights('typacl', 'T', 'typowner')},
      'comment', obj_description(t.oid, 'pg_type')
    ) as facts
  from pg_type t
  join pg_namespace n on n.oid = typnamespace
  left join pg_class c on c.oid = typrelid
  where ${ownSchema} and typtype in ('e', 'd', 'r', 'c') and (typtype <> 'c' or c.relkind = 'c') and not ${ofExtension('pg_type', 't.oid')}`,

  `select 'default rights' as kind,
    format('of %s on %s%s', defaclrole::regrole, case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end, coalesce(' in ' || quote_ident(nspname), '')) as name,
    null as parent,
    jsonb_build_object('rights', (
      select string_agg(format('%s: %s', case when grantee = 0 then 'public' else grantee::regrole::text end, privilege_type), '; ' order by grantee, privilege_type)
      from aclexplode(defaclacl)
    )) as facts
  from pg_default_acl
  left join pg_namespace n on n.oid = defaclnamespace`,
];
