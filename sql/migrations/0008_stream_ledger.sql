-- Orders know the version of the event they come from; the stream's books: its ledger of offsets, its batches, its stage.

-- migrate:up
alter table shop.orders
  add column version integer not null default 0,
  add column status_at timestamptz,
  -- An order changes status some times soon after it came: room on its page keeps such an update out of the indexes.
  set (fillfactor = 90);

comment on column shop.orders.version is 'version of the newest event of this order; 0 for rows that a seed made. The same in all of its rows';
comment on column shop.orders.status_at is 'when the event happened that led to status; null for rows that a seed made';

create table ops.streams (
  name text primary key,
  topic text not null,
  cluster_id text not null,
  topic_id text not null,
  epoch bigint not null default 0,
  state text not null default 'stopped' check (state in ('starting', 'running', 'waiting', 'stopped', 'failed')),
  detail text,
  host text,
  pid integer,
  started_at timestamptz,
  heartbeat_at timestamptz,
  batches bigint not null default 0,
  read bigint not null default 0,
  applied bigint not null default 0,
  superseded bigint not null default 0,
  stale bigint not null default 0,
  duplicate bigint not null default 0,
  rejected bigint not null default 0,
  skipped bigint not null default 0,
  pruned_batches bigint not null default 0,
  pruned_read bigint not null default 0,
  constraint streams_every_message_counted check (read = applied + superseded + stale + duplicate + rejected)
);
comment on table ops.streams is 'a row per stream: what it reads, who holds it, and the sums of all its batches since it was made or reset';
comment on column ops.streams.epoch is 'fencing token: who takes the stream over raises it; a driver of an older epoch cannot commit';
comment on column ops.streams.topic_id is 'Kafka''s id of the topic: a topic that was made again has another one, and its offsets mean other messages';
comment on column ops.streams.skipped is 'offsets that hold no message, such as the marks of transactions';
comment on column ops.streams.pruned_read is 'messages of the batches that retention took out of ops.stream_batches';

create table ops.stream_offsets (
  stream text not null references ops.streams on delete cascade,
  partition integer not null,
  first_offset bigint not null,
  next_offset bigint not null,
  primary key (stream, partition),
  constraint stream_offsets_advance check (next_offset >= first_offset)
) with (fillfactor = 50);
comment on table ops.stream_offsets is 'the ledger: every message below next_offset is in the tables, none from it on; the truth whatever a checkpoint says';

create table ops.stream_batches (
  batch_id bigint generated always as identity primary key,
  stream text not null references ops.streams on delete cascade,
  epoch bigint not null,
  offsets jsonb not null,
  read integer not null,
  applied integer not null,
  superseded integer not null,
  stale integer not null,
  duplicate integer not null,
  rejected integer not null,
  skipped bigint not null,
  latency jsonb not null,
  seconds jsonb not null,
  committed_at timestamptz not null default clock_timestamp(),
  constraint stream_batches_every_message_counted check (read = applied + superseded + stale + duplicate + rejected)
);
create index stream_batches_stream_committed_at_idx on ops.stream_batches (stream, committed_at);
comment on column ops.stream_batches.offsets is '{"partition": [first, next]}: which offsets the batch took; it follows the batch before without a gap';
comment on column ops.stream_batches.latency is
  '{"bucket": messages}: from a message''s Kafka timestamp to just before the commit; bucket n holds up to 1.1^n milliseconds';
comment on column ops.stream_batches.seconds is 'where the time went: stage, merge';

-- Two stages, used in turn: one is filled while the other is merged, and then emptied as a whole. Unlogged: after a crash
-- of the server they are empty, which the count in the merge notices.
create schema stream_stage;
comment on schema stream_stage is 'events that Spark wrote and that no merge has taken yet';
create unlogged table stream_stage.events (
  pgcopy_write uuid not null,
  pgcopy_task bigint not null,
  partition integer not null,
  "offset" bigint not null,
  produced_at timestamptz not null,
  key bytea,
  payload bytea,
  reason text,
  order_id uuid,
  version integer,
  status text,
  event_time timestamptz,
  order_timestamp timestamptz,
  customer_id uuid,
  customer_name text,
  customer_email text,
  customer_created_at timestamptz,
  product_ids uuid[],
  quantities integer[],
  prices numeric(12, 2)[]
);
alter table stream_stage.events
  alter column key set storage external,
  alter column payload set storage external;
comment on column stream_stage.events.reason is 'why the message is no order event; the columns of the event are null then';
create unlogged table stream_stage.events_b (like stream_stage.events including all);

-- What a stream refuses: position is `partition P offset O`; these say the same as numbers.
alter table ops.rejects
  add column kafka_partition integer,
  add column kafka_offset bigint,
  add column message_key bytea,
  add column produced_at timestamptz,
  add column replayed_at timestamptz;
create index rejects_kafka_position_idx on ops.rejects (source, kafka_partition, kafka_offset)
where kafka_offset is not null;
comment on column ops.rejects.replayed_at is 'when rejects replay sent the message to its topic again';

-- A stream writes many times a second: it has one mark per day, and gives it a new mark_id each time, so that a batch
-- that saw the old one does not delete it. Not unique: while a batch is about to delete the mark, the stream adds one
-- instead of waiting for it.
alter table ops.changed_days add column stream text;
create index changed_days_stream_order_date_idx on ops.changed_days (stream, order_date) where stream is not null;

-- A merge sorts its batch out in temporary tables.
do $$
begin
  execute format('grant temporary on database %I to shop_stream', current_database());
end
$$;
grant usage on schema shop, ops, live, stream_stage to shop_stream;
grant select, insert on shop.customers to shop_stream;
grant select on shop.products to shop_stream;
grant select, insert, update, delete on shop.orders to shop_stream;
grant select, insert, update, delete on ops.streams, ops.stream_offsets, ops.stream_batches to shop_stream;
grant select, insert, delete, truncate on stream_stage.events, stream_stage.events_b to shop_stream;
grant select, insert, delete on ops.rejects to shop_stream;
grant select, insert, update on ops.changed_days to shop_stream;
grant select, insert, update on ops.settings to shop_stream;
grant select on ops.curated_days to shop_stream;
grant usage on all sequences in schema ops to shop_stream;
grant execute on function ops.business_day, ops.business_hour, ops.day_start to shop_stream;

-- migrate:down
drop index ops.changed_days_stream_order_date_idx;
alter table ops.changed_days drop column stream;
drop index ops.rejects_kafka_position_idx;
alter table ops.rejects
  drop column kafka_partition,
  drop column kafka_offset,
  drop column message_key,
  drop column produced_at,
  drop column replayed_at;
drop schema stream_stage cascade;
drop table ops.stream_batches, ops.stream_offsets, ops.streams;
revoke all on all tables in schema shop, ops from shop_stream;
revoke all on all sequences in schema ops from shop_stream;
revoke execute on function ops.business_day, ops.business_hour, ops.day_start from shop_stream;
revoke usage on schema shop, ops, live from shop_stream;
do $$
begin
  execute format('revoke temporary on database %I from shop_stream', current_database());
end
$$;
alter table shop.orders drop column version, drop column status_at, reset (fillfactor);
