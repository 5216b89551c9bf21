import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { driftText } from '../../../src/commands/migrate-drift.ts';
import { seedSynthetic } from '../../../src/olist/synthetic/seed.ts';
import { connect, withClient } from '../../../src/postgres/connection.ts';
import { migrateUp } from '../../../src/postgres/migrations/run.ts';
import { type Drift, verifyMigrations } from '../../../src/postgres/migrations/verify.ts';
import { silent } from '../../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { type MigrationFolder, migrationFolder } from './folder.ts';

const maintenance = (db: TestDatabase) => ({ ...db.superuser, database: 'postgres' });
const scratches = (db: TestDatabase) =>
  withClient(maintenance(db), async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [`${db.owner.database}_scratch_`],
    );
    return rows.map(({ datname }) => datname);
  });
/** Without its last line, which sums up. */
const lines = (drift: Drift): string[] => driftText(drift).split('\n').slice(0, -1);

describe('a database that shop-pipe migrated', () => {
  const directory = resolve(import.meta.dirname, '../../../sql/migrations');
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());
  const verify = (): Promise<Drift> =>
    verifyMigrations({ owner: db.owner, superuser: maintenance(db), directory, progress: silent });
  const change = (sql: string): Promise<unknown> => withClient(db.owner, (client) => client.query(sql));

  it('has no drift, nor by what runs make for themselves', async () => {
    await change("select curated.ensure_partitions('2018-01-01', '2018-03-01')");
    await change(
      'create unlogged table etl_stage.fact_orders_r7 (n int); create table seed_stage.lines (n int)',
    );
    const drift = await verify();
    expect(lines(drift)).toEqual([]);
    expect(drift).toMatchObject({ ok: true, migrations: [], differences: [] });
    expect(drift.objects).toBeGreaterThan(150);
    expect(await scratches(db)).toEqual([]);
  });

  it('has none after a seed, which takes the keys off and puts them on again', async () => {
    const context = { owner: db.owner, timezone: 'America/Sao_Paulo', progress: silent };
    expect(await seedSynthetic(context, { orders: 200, seed: 1, days: 10 })).toMatchObject({ changed: true });
    expect(lines(await verify())).toEqual([]);
  });

  /** Done, told, and undone again. */
  it.each<[string, string, string[]]>([
    [
      'create index orders_x on shop.orders (status)',
      'drop index shop.orders_x',
      ['only in the database: index shop.orders_x'],
    ],
    [
      'drop index shop.orders_order_timestamp_idx',
      'create index orders_order_timestamp_idx on shop.orders (order_timestamp)',
      ['missing in the database: index shop.orders_order_timestamp_idx'],
    ],
    [
      'create table shop.extra (id int primary key, n int not null default 3)',
      'drop table shop.extra',
      ['only in the database: table shop.extra'],
    ],
    [
      'alter table ops.rejects alter column source type varchar(40), alter column reason drop not null',
      'alter table ops.rejects alter column source type text, alter column reason set not null',
      [
        'differs: column ops.rejects.reason null: not null by the migrations, null in the database',
        'differs: column ops.rejects.source type: text by the migrations, character varying(40) in the database',
      ],
    ],
    [
      "alter table ops.settings alter column changed_at set default '2020-01-01'",
      'alter table ops.settings alter column changed_at set default now()',
      [
        "differs: column ops.settings.changed_at default: now() by the migrations, '2020-01-01 00:00:00+00'::timestamp with time zone in the database",
      ],
    ],
    [
      'alter table shop.customers add column "a.b" text',
      'alter table shop.customers drop column "a.b"',
      ['only in the database: column shop.customers."a.b"'],
    ],
    [
      'alter table shop.orders drop constraint orders_quantity_positive',
      'alter table shop.orders add constraint orders_quantity_positive check (quantity > 0)',
      ['missing in the database: constraint shop.orders.orders_quantity_positive'],
    ],
    [
      'grant select on shop.customers to shop_bi',
      'revoke select on shop.customers from shop_bi',
      [
        expect.stringMatching(
          /^differs: table shop\.customers rights: .*shop_etl: SELECT.* by the migrations, .*shop_bi: SELECT/,
        ),
      ],
    ],
    [
      'grant select (email) on curated.dim_customers to shop_bi',
      'revoke select (email) on curated.dim_customers from shop_bi',
      [
        'differs: column curated.dim_customers.email rights: none by the migrations, shop_bi: SELECT in the database',
      ],
    ],
    [
      'create or replace function ops.business_day(instant timestamptz, zone text) returns date language sql immutable strict parallel safe return instant::date',
      'create or replace function ops.business_day(instant timestamptz, zone text) returns date language sql immutable strict parallel safe return (instant at time zone zone)::date',
      ['differs: function ops.business_day(instant timestamp with time zone, zone text) definition'],
    ],
    [
      'create or replace view live.products as select product_id, name, upper(category) as category from shop.products',
      'create or replace view live.products as select product_id, name, category from shop.products',
      ['differs: view live.products definition'],
    ],
    [
      'create trigger t before update on shop.orders for each row execute function suppress_redundant_updates_trigger()',
      'drop trigger t on shop.orders',
      ['only in the database: trigger shop.orders.t'],
    ],
    [
      'create schema mine create table t ()',
      'drop schema mine cascade',
      ['only in the database: schema mine', 'only in the database: table mine.t'],
    ],
    [
      'alter table live.hourly_sales set (fillfactor = 90)',
      'alter table live.hourly_sales set (fillfactor = 50)',
      [
        'differs: table live.hourly_sales options: fillfactor=50 by the migrations, fillfactor=90 in the database',
      ],
    ],
    [
      "create type shop.mood as enum ('good', 'bad'); create sequence shop.numbers",
      'drop type shop.mood; drop sequence shop.numbers',
      ['only in the database: sequence shop.numbers', 'only in the database: type shop.mood'],
    ],
    [
      "create table curated.fact_orders_2030 partition of curated.fact_orders for values from ('2030-01-01') to ('2031-01-01')",
      'drop table curated.fact_orders_2030',
      ['only in the database: table curated.fact_orders_2030'],
    ],
  ])('tells %s', async (sql, undo, expected) => {
    await change(sql);
    try {
      const drift = await verify();
      expect(lines(drift)).toEqual(expected);
      expect(drift.ok).toBe(false);
    } finally {
      await change(undo);
    }
  });

  it('tells an owner who is not the one who migrates', async () => {
    await withClient(db.superuser, (client) =>
      client.query('alter function ops.day_start owner to postgres'),
    );
    expect(lines(await verify())[0]).toMatch(
      /^differs: function ops\.day_start\(.*\) owner: shop_owner by the migrations, postgres in the database$/,
    );
    await withClient(db.superuser, (client) =>
      client.query('alter function ops.day_start owner to shop_owner'),
    );
  });

  it('tells a right on the database that went missing, as with a restore', async () => {
    const name = db.owner.database;
    await withClient(db.superuser, (client) =>
      client.query(`revoke temporary on database ${name} from public`),
    );
    expect(lines(await verify())).toEqual([
      'missing in the database: right on the database temporary for shop_stream',
    ]);
    await withClient(db.superuser, (client) =>
      client.query(`grant temporary on database ${name} to shop_stream`),
    );
    expect((await verify()).ok).toBe(true);
  });
});

describe('a folder of its own', () => {
  let db: TestDatabase;
  let folder: MigrationFolder;
  beforeEach(async () => {
    db = await testDatabase({ migrated: false });
    folder = await migrationFolder(db.owner);
    await folder.write('0001_a.sql', 'create table a (n int);');
    await folder.write('0002_b.sql', 'create table b ();\nselect pg_sleep(0);');
    await migrateUp(folder.context);
  });
  afterEach(async () => {
    await folder.remove();
    await db.drop();
  });
  const verify = (more: Partial<Parameters<typeof verifyMigrations>[0]> = {}): Promise<Drift> =>
    verifyMigrations({ ...folder.context, superuser: maintenance(db), ...more });

  it('counts only what is applied: a pending file is no drift', async () => {
    await folder.write('0003_c.sql', 'create table c ();');
    expect(await verify()).toMatchObject({ ok: true, current: '0002' });
    await withClient(db.owner, (client) => client.query('drop table a, b, shop_pipe_migrations'));
    expect(await verify()).toMatchObject({ ok: true, current: null });
  });

  it('tells files that were changed or are gone, beside what they make now', async () => {
    await folder.write('0001_a.sql', 'create table a (n bigint);');
    await rename(join(folder.directory, '0002_b.sql'), join(folder.directory, '0003_b.sql'));
    const drift = await verify();
    expect(lines(drift)).toEqual([
      '0001_a: changed after it was applied',
      '0002_b: applied, but there is no such file',
      'differs: column public.a.n type: bigint by the migrations, integer in the database',
      'only in the database: table public.b',
    ]);
    expect(drift.migrations.map(({ state }) => state)).toEqual(['changed', 'missing']);
  });

  it('says which file fails on an empty database, and drops it', async () => {
    await folder.write('0002_b.sql', 'create table b (n nothing);');
    await expect(verify()).rejects.toMatchObject({
      kind: 'data',
      code: 'migration_fails_anew',
      message: expect.stringContaining(
        'on an empty database 0002_b.sql line 3: type "nothing" does not exist',
      ),
    });
    expect(await scratches(db)).toEqual([]);
  });

  it('an interrupt drops the scratch database at once', async () => {
    await folder.write('0002_b.sql', 'create table b ();\nselect pg_sleep(30);');
    const controller = new AbortController();
    const run = verify({ signal: controller.signal }).catch((error: unknown) => error);
    await vi.waitFor(
      async () => {
        const { rows } = await withClient(maintenance(db), (client) =>
          client.query(
            "select from pg_stat_activity where starts_with(datname, $1) and query like '%pg_sleep(30)%' and state = 'active'",
            [db.owner.database],
          ),
        );
        expect(rows).toHaveLength(1);
      },
      { timeout: 20_000, interval: 50 },
    );
    controller.abort();
    expect(await run).toMatchObject({ kind: 'interrupted' });
    expect(await scratches(db)).toEqual([]);
  });

  it('drops what a killed run left, and not what another one is using', async () => {
    const other = await connect(maintenance(db), { name: 'scratch database' });
    const { processID: pid } = other as unknown as { processID: number };
    const [stale, used] = [
      `${db.owner.database}_scratch_1_0123abcd`,
      `${db.owner.database}_scratch_${pid}_0123abcd`,
    ];
    try {
      for (const name of [stale, used])
        await other.query(`create database ${name} owner shop_owner template template0`);
      expect((await verify()).ok).toBe(true);
      expect(await scratches(db)).toEqual([used]);
    } finally {
      await other.query(`drop database if exists ${used}`);
      await other.end();
    }
  });

  it('says which right is missing where nobody may make a database', async () => {
    const superuser = { ...maintenance(db), password: 'not-the-password' };
    await expect(verify({ superuser })).rejects.toMatchObject({
      kind: 'environment',
      code: 'no_scratch_database',
      suggestion: expect.stringContaining('alter role shop_owner createdb'),
    });
  });

  it('needs no superuser where the owner may make databases', async () => {
    const role = `maker_${process.pid}`;
    const as = (sql: string): Promise<unknown> => withClient(db.superuser, (client) => client.query(sql));
    await as(`create role ${role} login createdb password 'maker-pass'`);
    try {
      await as(`alter database ${db.owner.database} owner to ${role}`);
      for (const table of ['a', 'b', 'shop_pipe_migrations'])
        await as(`alter table ${table} owner to ${role}`);
      const owner = { ...db.owner, user: role, password: 'maker-pass' };
      const superuser = { ...maintenance(db), password: 'not-the-password' };
      expect(lines(await verify({ owner, superuser }))).toEqual([]);
    } finally {
      await as(`alter database ${db.owner.database} owner to shop_owner`);
      await as(`reassign owned by ${role} to shop_owner`);
      await as(`drop role ${role}`);
    }
  });
});
