import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedOlist } from '../../src/olist/seed.ts';
import type { SeedResult } from '../../src/olist/shop-source.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { type Progress, silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { definitionsOf, pictureOf, rowsOf } from './shop-picture.ts';
import { filesOf, type Scratch, scratch } from './small-olist.ts';

let database: TestDatabase;
let place: Scratch;
let path: string;
/** Holds a lock that a seed runs into; rolled back after each test. */
let blocker: pg.Client;

beforeAll(async () => {
  place = await scratch();
  path = await place.zip(filesOf());
});
afterAll(() => place.remove());
beforeEach(async () => {
  database = await testDatabase();
  blocker = await connect(database.owner, { name: 'blocker' });
});
afterEach(async () => {
  await blocker.end();
  await database.drop();
});

interface Options {
  signal?: AbortSignal;
  lockWaitMs?: number;
  progress?: Progress;
}
const seed = (options: Options = {}): Promise<SeedResult> =>
  seedOlist({ owner: database.owner, timezone: 'America/Sao_Paulo', progress: silent, ...options }, { path });

/** A table that a seed writes to when everything is loaded and nothing committed: there it stops. */
const stopAtTheEnd = () => blocker.query('begin; lock table ops.changed_days in exclusive mode');
const letGo = () => blocker.query('rollback');

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
}
const seeds = () =>
  rowsOf<{ pid: number; waits: boolean; lock: string | null }>(
    database.superuser,
    `select pid, wait_event_type is not distinct from 'Lock' as waits, wait_event as lock from pg_stat_activity
    where datname = '${database.owner.database}' and application_name like 'shop-pipe seed%'`,
  );
const seedIsStopped = () =>
  until('a seed waits for a table', async () =>
    (await seeds()).some(({ lock, waits }) => waits && lock === 'relation'),
  );

/** Nothing loaded, nothing booked, keys in place, nobody connected; and the next run works. */
async function expectCleanStart(before: { picture: unknown; definitions: unknown[] }): Promise<void> {
  await until('the seed has left the server', async () => (await seeds()).length === 0);
  expect({ ...((await pictureOf(database.owner)) as object), staged: [] }).toEqual(before.picture);
  expect(await definitionsOf(database.owner)).toEqual(before.definitions);
  expect(await seed()).toMatchObject({ changed: true, rows: { orders: 3 } });
  expect(await pictureOf(database.owner)).toMatchObject({ staged: [] });
}
const look = async () => ({
  picture: await pictureOf(database.owner),
  definitions: await definitionsOf(database.owner),
});

describe('an interrupted seed', () => {
  it('changes nothing when it had loaded everything but the commit', async () => {
    const before = await look();
    const controller = new AbortController();
    await stopAtTheEnd();
    const running = seed({ signal: controller.signal }).catch((error: unknown) => error);
    await seedIsStopped();
    controller.abort();
    expect(await running).toMatchObject({ kind: 'interrupted', code: 'interrupted' });
    await letGo();
    await expectCleanStart(before);
  });

  it.each(['reading Olist', 'loading', 'keys and indexes'])('changes nothing while %s', async (label) => {
    const before = await look();
    const controller = new AbortController();
    const progress: Progress = {
      ...silent,
      step: (started) => {
        if (started === label) controller.abort();
        return silent.step(started);
      },
    };
    await expect(seed({ signal: controller.signal, progress })).rejects.toMatchObject({
      code: 'interrupted',
    });
    await expectCleanStart(before);
  });

  it('does not even begin when the signal came before', async () => {
    await expect(seed({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('changes nothing when the server ends its connections', async () => {
    const before = await look();
    await stopAtTheEnd();
    const running = seed().catch((error: unknown) => error);
    await seedIsStopped();
    await withClient(database.superuser, async (client) => {
      for (const { pid } of await seeds()) await client.query('select pg_terminate_backend($1)', [pid]);
    });
    expect(await running).toMatchObject({ kind: 'environment', code: 'postgres_connection_lost' });
    await letGo();
    await expectCleanStart(before);
  });
});

describe('a second seed at the same time', () => {
  it('is told when the first takes too long', async () => {
    await stopAtTheEnd();
    const first = seed();
    await seedIsStopped();
    await expect(seed({ lockWaitMs: 200 })).rejects.toMatchObject({
      kind: 'environment',
      code: 'seed_running',
    });
    await letGo();
    expect(await first).toMatchObject({ changed: true });
  });

  it('waits for the first, then finds nothing to do', async () => {
    await stopAtTheEnd();
    const first = seed();
    await seedIsStopped();
    const notes: string[] = [];
    const second = seed({ progress: { ...silent, note: (message) => void notes.push(message) } });
    await until('the second seed waits', async () => (await seeds()).some(({ lock }) => lock === 'advisory'));
    await letGo();
    expect(await first).toMatchObject({ changed: true });
    expect(await second).toMatchObject({ changed: false, rows: { customers: 2, products: 3, orders: 3 } });
    expect(notes).toEqual([expect.stringMatching(/another seed is running/)]);
  });
});

describe('tables that somebody holds', () => {
  it('end the seed with an error that says so', async () => {
    const before = await pictureOf(database.owner);
    await blocker.query('begin; lock table shop.orders in access share mode');
    await expect(seed({ lockWaitMs: 200 })).rejects.toMatchObject({
      kind: 'environment',
      code: 'shop_tables_busy',
    });
    expect(await pictureOf(database.owner)).toEqual(before);
  });
});

describe('staging that a killed seed left', () => {
  it('is dropped first', async () => {
    await withClient(database.owner, (client) =>
      client.query(
        `create unlogged table seed_stage.olist_orders_dataset (x text); create table seed_stage."Odd" (x text)`,
      ),
    );
    expect(await seed()).toMatchObject({ changed: true });
    expect(await pictureOf(database.owner)).toMatchObject({ staged: [] });
  });
});
