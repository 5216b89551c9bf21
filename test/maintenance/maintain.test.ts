import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchLockKey } from '../../src/etl/batch-lock.ts';
import { type Maintained, maintain } from '../../src/maintenance/maintain.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const timezone = 'America/Sao_Paulo';
const usual = { months: 3, rejectDays: 90, batchDays: 7 };
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const maintained = (options = usual, signal = new AbortController().signal): Promise<Maintained> =>
  maintain({ owner: database.owner, timezone, progress: silent, signal }, options);
const sql = async <Row extends object>(text: string, role: 'owner' | 'etl' = 'owner'): Promise<Row[]> =>
  (await withClient(database[role], (client) => client.query(text))).rows as Row[];

describe('maintain', () => {
  it('makes the partitions of the months ahead, once', async () => {
    const first = await maintained();
    expect(first.partitions.made).toBe(4);
    const [{ name } = { name: '' }] = await sql<{ name: string }>(
      "select max(relname) as name from pg_class where relnamespace = 'curated'::regnamespace and relispartition and relkind = 'r'",
    );
    expect(name).toBe(`fact_orders_${first.partitions.through.replace('-', '_')}`);
    expect((await maintained()).partitions).toEqual({ made: 0, through: first.partitions.through });
  });

  it('analyzes shop, curated and live, the partitioned table as well', async () => {
    const tables = (await maintained()).analyzed.map(({ table }) => table);
    for (const table of ['shop.orders', 'curated.fact_orders', 'curated.dim_customers', 'live.hourly_sales'])
      expect(tables).toContain(table);
    expect(tables.filter((table) => /fact_orders_\d/.test(table))).toEqual([]);
    const rows = await sql(
      "select from pg_stat_user_tables where relname = 'fact_orders' and last_analyze is not null",
    );
    expect(rows).toHaveLength(1);
  });
});

describe('staging tables', () => {
  const make = (): Promise<unknown[]> =>
    sql('create unlogged table etl_stage.fact_orders_r7 (); create unlogged table etl_stage.mine ()', 'etl');
  afterEach(() => sql('drop table if exists etl_stage.fact_orders_r7, etl_stage.mine'));

  it('of dead runs are dropped, no others', async () => {
    await make();
    expect((await maintained()).staging).toEqual({ dropped: ['etl_stage.fact_orders_r7'], left: [] });
    expect(await sql("select from pg_class where relname = 'mine'")).toHaveLength(1);
    // The lock of the batch is free again.
    expect(await sql(`select where pg_try_advisory_lock(${batchLockKey})`)).toHaveLength(1);
  });

  it('are left alone while a run is at work, or while somebody holds them', async () => {
    await make();
    const left = { dropped: [], left: ['etl_stage.fact_orders_r7'] };
    const run = await connect(database.etl);
    try {
      await run.query('select pg_advisory_lock($1)', [batchLockKey]);
      expect((await maintained()).staging).toEqual(left);
      await run.query('select pg_advisory_unlock_all()');
      await run.query('begin; lock table etl_stage.fact_orders_r7 in access share mode');
      expect((await maintained()).staging).toEqual(left);
    } finally {
      await run.end();
    }
  });
});

describe('retention', () => {
  const stream =
    "insert into ops.streams (name, topic, cluster_id, topic_id) values ('orders', 'shop.orders', 'c', 't')";
  const batch = (read: number, age: string): string =>
    `insert into ops.stream_batches (stream, epoch, offsets, read, applied, superseded, stale, duplicate, rejected, skipped, latency, seconds, committed_at)
    values ('orders', 1, '{}', ${read}, ${read}, 0, 0, 0, 0, 0, '{}', '{}', now() - interval '${age}')`;

  it('moves the sums of old batches to the stream, the oldest first', async () => {
    // The third is out of order, as when a clock was set back: it stays, with what came after the second.
    await sql(
      [stream, batch(5, '9 days'), batch(7, '6 days'), batch(11, '8 days'), batch(13, '1 hour')].join(';'),
    );
    expect((await maintained()).batches).toMatchObject({ deleted: 1, read: 5 });
    expect((await maintained()).batches).toMatchObject({ deleted: 0, read: 0 });
    expect(await sql('select read from ops.stream_batches order by batch_id')).toEqual([
      { read: 7 },
      { read: 11 },
      { read: 13 },
    ]);
    await maintained({ ...usual, batchDays: 1 });
    const sums = await sql('select pruned_batches::int, pruned_read::int from ops.streams');
    expect(sums).toEqual([{ pruned_batches: 3, pruned_read: 23 }]);
  });

  it('deletes old rejects, and writes down which', async () => {
    const reject = (age: string): string =>
      `insert into ops.rejects (source, position, reason, payload, rejected_at) values ('s', 'p', 'r', '', now() - interval '${age}')`;
    await sql([reject('91 days'), reject('89 days')].join(';'));
    const { rejects } = await maintained();
    expect(rejects.pruned).toBe(1);
    const [held] = await sql<{ before: string }>(
      "select (value ->> 'before') as before from ops.settings where name = 'rejects_pruned'",
    );
    expect(Date.parse(held?.before ?? '')).toBe(Date.parse(rejects.before));
    expect(await sql('select from ops.rejects')).toHaveLength(1);
  });
});

describe('what is in its way', () => {
  it('is told where a seed holds the stream', async () => {
    const seed = await connect(database.owner);
    try {
      await seed.query('begin; select from ops.streams for update');
      await expect(maintained({ ...usual, batchDays: 1 })).rejects.toMatchObject({
        code: 'maintain_blocked',
      });
    } finally {
      await seed.end();
    }
  });

  it('is Ctrl-C, which leaves what was done', async () => {
    const ctrlC = new AbortController();
    ctrlC.abort();
    await expect(maintained(usual, ctrlC.signal)).rejects.toMatchObject({ kind: 'interrupted' });
  });

  it('is a database without migrations', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      const signal = new AbortController().signal;
      const context = { owner: empty.owner, timezone, progress: silent, signal };
      await expect(maintain(context, usual)).rejects.toMatchObject({ code: 'not_migrated' });
    } finally {
      await empty.drop();
    }
  });
});
