-- Four schemas with one purpose each, two for staging, and who may see into them; roles themselves are made by `shop-pipe up`.

-- migrate:up
create schema shop;
create schema curated;
create schema live;
create schema ops;
create schema seed_stage;
create schema etl_stage;

revoke create on schema public from public;

comment on schema shop is 'operational tables: what the shop itself would write';
comment on schema curated is 'what the daily batch publishes: facts, dimensions, daily aggregates';
comment on schema live is 'real-time rollups, kept by the stream';
comment on schema ops is 'the pipeline''s own books: runs, changed days, rejects, settings';
comment on schema seed_stage is 'raw text of a seed that is under way';
comment on schema etl_stage is 'rows that Spark wrote and that no publish has taken yet';

grant usage on schema shop, curated, ops to shop_etl;
grant usage, create on schema etl_stage to shop_etl;
grant usage on schema curated, live to shop_bi;

-- migrate:down
drop schema etl_stage, seed_stage, ops, live, curated, shop cascade;
