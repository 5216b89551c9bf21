import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { pictureOf, rowsOf } from '../olist/shop-picture.ts';
import { filesOf, type Scratch, scratch } from '../olist/small-olist.ts';
import { Sandbox } from '../support/cli.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { createdIn, holdAt, type StopPoint, stopAt, stopInCommit } from './stop-points.ts';
import { settingsOf } from './world.ts';

interface Point extends StopPoint {
  /** What Ctrl-C does there: it ends the seed, or comes too late. */
  interrupted: 130 | 0;
}

const points: Point[] = [
  {
    at: 'in staging',
    trigger: stopAt('ddl_command_end', 'CREATE TABLE', createdIn('seed_stage')),
    left: 'nothing',
    interrupted: 130,
  },
  {
    at: 'after staging',
    lock: 'lock table shop.orders in access share mode',
    left: 'nothing',
    interrupted: 130,
  },
  {
    at: 'before the commit',
    lock: 'lock table ops.changed_days in exclusive mode',
    left: 'nothing',
    interrupted: 130,
  },
  {
    at: 'in the commit',
    trigger: stopInCommit('ops.seeds'),
    left: 'nothing',
    interrupted: 0,
  },
  {
    at: 'after the commit',
    trigger: stopAt('ddl_command_start', 'DROP TABLE'),
    left: 'everything',
    interrupted: 0,
  },
];

const cases = points.flatMap((point) =>
  (['SIGKILL', 'SIGINT', 'SIGTERM'] as const).map((signal) => ({ ...point, signal })),
);

describe(`a seed that is ended, ${cases.length} cases`, () => {
  const sandbox = new Sandbox();
  let place: Scratch;
  let path: string;
  let database: TestDatabase;
  let blocker: pg.Client;

  beforeAll(async () => {
    place = await scratch();
    path = await place.zip(filesOf());
  });
  afterAll(async () => {
    await place.remove();
    await sandbox.remove();
  });
  beforeEach(async () => {
    database = await testDatabase();
    blocker = await connect(database.owner, { name: 'blocker' });
  });
  afterEach(async () => {
    await blocker.end();
    await database.drop();
  });

  const waiting = (): Promise<{ wait: string | null }[]> =>
    rowsOf(
      database.superuser,
      `select wait_event_type as wait from pg_stat_activity
      where datname = '${database.owner.database}' and application_name like 'shop-pipe seed%'`,
    );
  const until = (condition: () => Promise<boolean>): Promise<void> =>
    expect.poll(condition, { timeout: 30_000, interval: 20 }).toBe(true);
  const seed = ['seed', 'olist', '--path'];

  it.each(cases)('$at by $signal', async ({ signal, interrupted, ...point }) => {
    const { trigger, left } = point;
    const settings = settingsOf(database);
    const before = await pictureOf(database.owner);
    const inDatabase = { ...database.superuser, database: database.owner.database };
    if (trigger !== undefined) await withClient(inDatabase, (client) => client.query(trigger));
    await blocker.query(`begin; ${holdAt(point)}`);

    const { child, finished } = sandbox.spawn([...seed, path, '--json'], settings);
    await until(async () => (await waiting()).some(({ wait }) => wait === 'Lock'));
    child.kill(signal);
    const late = signal !== 'SIGKILL' && interrupted === 0;
    // What comes too late lets the seed go on; what ends it does so although the lock is still held.
    if (late) await blocker.query('rollback');
    const { code, stdout } = await finished;
    if (signal === 'SIGKILL') expect([code, stdout]).toEqual([null, '']);
    else if (late) expect([code, JSON.parse(stdout)]).toMatchObject([0, { changed: true }]);
    else
      expect([code, JSON.parse(stdout)]).toMatchObject([
        signal === 'SIGINT' ? 130 : 143,
        { error: { code: 'interrupted' } },
      ]);
    await until(async () => (await waiting()).length === 0);
    await blocker.query('rollback');

    const whole = late || left === 'everything';
    if (!whole) expect({ ...((await pictureOf(database.owner)) as object), staged: [] }).toEqual(before);
    const again = await sandbox.json<{ changed: boolean; rows: object }>([...seed, path], settings);
    expect(again).toMatchObject({
      code: 0,
      data: { changed: !whole, rows: { customers: 2, products: 3, orders: 3 } },
    });
    const { staged } = (await pictureOf(database.owner)) as { staged: unknown[] };
    // Found whole, the next run does not even stage; what was left is swept by one that does.
    if (!whole) expect(staged).toEqual([]);
  });
});
