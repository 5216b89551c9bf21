-- What the live page may know of the pipeline's health: figures of the books, without hosts, error texts or payloads.

-- migrate:up
create view live.stream_health as
select
  name as stream,
  topic,
  cluster_id,
  topic_id,
  state,
  started_at,
  heartbeat_at,
  -- A driver that runs holds the stream's lock, as src/stream/ledger.ts looks for it.
  exists (
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = hashtextextended('shop-pipe stream ' || name, 0)
  ) as held,
  batches,
  read,
  applied,
  rejected
from ops.streams;
comment on view live.stream_health is 'ops.streams without who runs it and what it says';

create view live.stream_offsets as
select stream, partition, next_offset
from ops.stream_offsets;
comment on view live.stream_offsets is 'how far each partition is read, to tell the lag by';

create view live.stream_batches as
select batch_id, stream, committed_at, read, applied, rejected, latency
from ops.stream_batches;
comment on view live.stream_batches is 'batches of the stream with the latencies of their messages; to be read by stream and committed_at, which are indexed';

create view live.etl_runs as
select
  run_id,
  -- A run holds the batch's lock (the bytes of shop_etl as a bigint); one without it is dead.
  case when state = 'running' and not exists (
    select from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = x'73686f705f65746c'::bigint
  ) then 'abandoned' else state end as state,
  cardinality(days) as days,
  started_at,
  finished_at
from ops.etl_runs;
comment on view live.etl_runs is 'runs of the batch without what they were asked for and what went wrong';

grant select on live.stream_health, live.stream_offsets, live.stream_batches, live.etl_runs to shop_bi;

-- migrate:down
drop view live.etl_runs, live.stream_batches, live.stream_offsets, live.stream_health;
