-- The pipeline's books: settings, seeds, days to rebuild, rejected input, and the runs of the batch with their checks.

-- migrate:up
create table ops.settings (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);
comment on table ops.settings is 'facts about the tables as they are filled: timezone (of every business day in curated and ops), demo';

create table ops.seeds (
  seed_id bigint generated always as identity primary key,
  dataset text not null,
  digest text not null,
  rows jsonb not null,
  rejected jsonb not null,
  seconds numeric(10, 3) not null,
  seeded_at timestamptz not null default now()
);
comment on column ops.seeds.digest is 'SHA-256 that names the input: two seeds with one digest are the same data';

create table ops.changed_days (
  mark_id bigint generated always as identity primary key,
  order_date date not null,
  marked_at timestamptz not null default now()
);
create index changed_days_order_date_idx on ops.changed_days (order_date);
comment on table ops.changed_days is
  'each writer of shop.orders marks the business days it touched, in its own transaction; a publish deletes the marks its snapshot saw';

create table ops.rejects (
  reject_id bigint generated always as identity primary key,
  source text not null,
  position text not null,
  reason text not null,
  payload bytea not null,
  rejected_at timestamptz not null default now()
);
create index rejects_source_reason_idx on ops.rejects (source, reason);
comment on table ops.rejects is 'input that was refused, as it came: nothing is dropped silently';

create table ops.etl_control (
  singleton boolean primary key default true check (singleton),
  epoch bigint not null default 0
);
insert into ops.etl_control default values;
comment on table ops.etl_control is
  'fencing token of the batch: a run raises the epoch before it takes its snapshot, and publishes only if it still holds';

create table ops.etl_runs (
  run_id bigint generated always as identity primary key,
  epoch bigint not null,
  requested jsonb not null,
  timezone text not null,
  days date[],
  state text not null check (state in ('running', 'succeeded', 'failed', 'abandoned')),
  rows jsonb,
  seconds jsonb,
  error text,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

create table ops.etl_checks (
  run_id bigint not null references ops.etl_runs,
  name text not null,
  ok boolean not null,
  expected text,
  actual text,
  primary key (run_id, name)
);

create table ops.curated_days (
  order_date date primary key,
  order_lines bigint not null,
  orders bigint not null,
  units bigint not null,
  revenue numeric(18, 2) not null,
  run_id bigint not null
);
comment on table ops.curated_days is
  'the days that curated holds, empty ones too, with the totals over all statuses that the run audited against its snapshot';

grant select on all tables in schema ops to shop_etl;
grant insert, update on ops.settings, ops.etl_runs, ops.etl_checks to shop_etl;
grant insert, update, delete on ops.curated_days to shop_etl;
grant update on ops.etl_control to shop_etl;
grant delete on ops.changed_days to shop_etl;
grant usage on all sequences in schema ops to shop_etl;

-- migrate:down
drop table ops.curated_days, ops.etl_checks, ops.etl_runs, ops.etl_control, ops.rejects, ops.changed_days, ops.seeds, ops.settings;
