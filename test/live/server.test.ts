import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FigureName } from '../../src/live/state.ts';
import { figureNames } from '../../src/live/state.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { findQuestion } from '../../src/reports/catalogue.ts';
import { runReport } from '../../src/reports/run.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { fillShop, merge, publish, takeStream } from './live-shop.ts';
import { assets, type Served, serve, Watching, zone } from './served.ts';

let database: TestDatabase;
let owner: Awaited<ReturnType<typeof connect>>;
let served: Served;
beforeAll(async () => {
  database = await testDatabase();
  owner = await connect(database.owner);
  await fillShop(owner, { zone, days: 9, ordersPerDay: 300 });
  await publish(owner, zone);
  await takeStream(owner);
  served = await serve(database);
});
afterAll(async () => {
  await served.stop();
  await owner.end();
  await database.drop();
});

const admin = (sql: string): Promise<{ rows: { n: string }[] }> =>
  withClient({ ...database.superuser, database: 'postgres' }, (client) => client.query<{ n: string }>(sql));
const sessions = async (): Promise<number> => {
  const { rows } = await admin(
    `select count(*) as n from pg_stat_activity where datname = '${database.owner.database}' and application_name = 'shop-pipe live'`,
  );
  return Number(rows[0]?.n);
};

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: served.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.once('error', reject);
    asked.end();
  });

describe('who is answered', () => {
  it.each([
    ['127.0.0.1:PORT', 200],
    ['localhost:PORT', 200],
    ['LOCALHOST:PORT', 200],
    ['[::1]:PORT', 200],
    ['127.0.0.1', 421],
    ['127.0.0.1:1', 421],
    ['shop.example:PORT', 421],
    ['127.0.0.1.shop.example:PORT', 421],
    ['localhost:PORT.shop.example', 421],
  ])('a request for %j: %d', async (host, status) => {
    const headers = { Host: host.replace('PORT', String(served.port)) };
    expect((await ask('/', headers)).status).toBe(status);
    if (status !== 200) expect((await ask('/events', headers)).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    expect((await ask('/', {}, method)).status).toBe(405);
    expect((await ask('/events', {}, method)).status).toBe(405);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '//etc/passwd',
    '/page',
    '/index.html.br',
    '/events/',
    '/.env',
  ])('%s is not there', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('each answer forbids what is not of here', async () => {
    for (const answer of [
      await ask('/'),
      await ask('/nowhere'),
      await ask('/', { Host: 'shop.example' }),
      await ask('/', {}, 'POST'),
    ]) {
      const policy = String(answer.headers['content-security-policy']);
      expect(policy.split('; ')).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]),
      );
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('the files of the page', () => {
  it('come as small as the browser takes them, under 400 kB in all', async () => {
    const html = (await ask('/')).body.toString();
    const paths = ['/', ...[...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '')];
    expect(paths).toHaveLength(4);
    for (const encoding of ['br', 'gzip']) {
      const answers = await Promise.all(
        paths.map((path) => ask(path, { 'Accept-Encoding': `${encoding};q=1.0` })),
      );
      for (const answer of answers) expect(answer.headers['content-encoding']).toBe(encoding);
      expect(answers.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(100_000);
    }
    expect((await ask('/', { 'Accept-Encoding': 'br;q=0, *' })).headers['content-encoding']).toBeUndefined();
  });

  it('are asked for once, and the page itself only whether it is still the same', async () => {
    const page = await ask('/');
    expect(page.headers['cache-control']).toBe('no-cache');
    const etag = String(page.headers['etag']);
    expect((await ask('/', { 'If-None-Match': etag })).status).toBe(304);
    const [script = ''] = /\/page-[A-Z0-9]+\.js/.exec(page.body.toString()) ?? [];
    expect((await ask(script)).headers['cache-control']).toContain('immutable');
    const head = await ask('/', {}, 'HEAD');
    expect([head.status, head.body.length, Number(head.headers['content-length'])]).toEqual([
      200,
      0,
      page.body.length,
    ]);
  });
});

describe('what a viewer is told', () => {
  it('are the figures of the reports, and of the books', async () => {
    const watching = new Watching(served.url);
    const state = await watching.until(({ asOf }) => asOf !== null);
    await watching.close();
    const limits: Partial<Record<FigureName, Record<string, number>>> = {
      'categories-today': { limit: 10 },
      'orders-per-category': { limit: 10 },
    };
    for (const name of figureNames) {
      const question = await findQuestion(`${assets}/sql/questions`, name);
      const { rows, window } = await runReport(database.bi, question, limits[name] ?? {}, { timezone: zone });
      expect(state.figures[name], name).toMatchObject({ rows, window: window ?? null });
      expect(rows.length, name).toBeGreaterThan(0);
    }
    expect(state.health).toMatchObject({
      stream: { state: 'running', read: 0, rejected: 0, events_per_s: null },
      etl: { run_id: 1, state: 'succeeded' },
      lag: null,
      produced: null,
    });
    expect(JSON.stringify(state)).not.toMatch(/example\.com|"Ana"/);
  });

  it('changes with each merge, whose rollups are right', async () => {
    const watching = new Watching(served.url);
    const before = await watching.until(({ asOf, rates }) => asOf !== null && rates.length > 1);
    const orders = (state: typeof before): number =>
      Number(state.figures['orders-per-hour']?.rows.at(-1)?.[1]);
    const [had, hour] = [orders(before), before.figures['orders-per-hour']?.rows.at(-1)?.[0]];
    await merge(owner, { zone, orders: 30, canceled: 4 });
    const after = await watching.until(
      (state) => state.health?.stream?.read === 34 && state.rates.some((rate) => (rate.orders ?? 0) > 0),
    );
    // The hour may have changed in between.
    if (after.figures['orders-per-hour']?.rows.at(-1)?.[0] === hour) expect(orders(after)).toBe(had + 30);
    const rate = after.rates.find(({ orders: came }) => (came ?? 0) > 0);
    expect(rate?.orders).toBeGreaterThan(5);
    expect(rate?.cancellations).toBeGreaterThan(0.5);
    expect(after.health?.stream?.p50_ms).toBeGreaterThan(100);
    expect(after.moves).toHaveLength(10);
    await watching.close();
    const { rows } = await owner.query(
      `select count(*) as n from live.hourly_sales_of_orders($1) as right_ones full join live.hourly_sales as held using (order_hour)
       where (right_ones.orders, right_ones.units, right_ones.revenue, right_ones.cancellations, right_ones.canceled_revenue)
         is distinct from (held.orders, held.units, held.revenue, held.cancellations, held.canceled_revenue)`,
      [zone],
    );
    expect(rows).toEqual([{ n: '0' }]);
  });

  it('is asked of the database once for all viewers, and not at all for none', async () => {
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
    const other = await serve(database);
    const crowd = Array.from({ length: 25 }, () => new Watching(other.url));
    const started = performance.now();
    for (const one of crowd) await one.until(({ rates }) => rates.length >= 4);
    expect(await sessions()).toBe(1);
    const seconds = (performance.now() - started) / 1000;
    for (const one of crowd) await one.close();
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
    const end = await other.stop();
    expect(end.viewers).toBe(25);
    expect(end.rounds).toBeLessThanOrEqual(Math.ceil(seconds / 0.8) + 2);
  });
});

describe('trouble', () => {
  it('with the database is told, on the page and in the terminal, and it recovers', async () => {
    const watching = new Watching(served.url);
    await watching.until(({ asOf }) => asOf !== null);
    const name = database.owner.database;
    await admin(`alter database ${name} allow_connections false`);
    await admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = 'shop-pipe live'`,
    );
    try {
      const { notices, figures } = await watching.until((state) => state.notices[0]?.level === 'trouble');
      expect(notices[0]?.message).toMatch(/postgres/);
      expect(figures['recent-orders']?.rows).toHaveLength(20);
    } finally {
      await admin(`alter database ${name} allow_connections true`);
    }
    const { asOf } = await watching.until(({ notices }) => notices.every(({ level }) => level !== 'trouble'));
    expect(Date.parse(asOf ?? '')).toBeGreaterThan(Date.now() - 5_000);
    expect(served.told.flat().map(({ level }) => level)).toContain('trouble');
    await watching.close();
  });

  it('with the shop: empty, not migrated, without a stream', async () => {
    const empty = await testDatabase();
    const bare = await testDatabase({ migrated: false });
    try {
      for (const [one, codes] of [
        [empty, ['no_orders', 'stream_never_ran']],
        [bare, ['not_migrated']],
      ] as const) {
        const other = await serve(one);
        const watching = new Watching(other.url);
        const { notices } = await watching.until((state) => state.notices.length > 0);
        expect(notices.map(({ code }) => code)).toEqual(codes);
        for (const { suggestion } of notices) expect(suggestion).toMatch(/^shop-pipe /);
        await watching.close();
        await other.stop();
      }
    } finally {
      await empty.drop();
      await bare.drop();
    }
  });

  it('with the port names who has it', async () => {
    await expect(serve(database, served.port)).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(`process ${process.pid}`),
      suggestion: `shop-pipe live --port ${served.port + 1}`,
    });
  });
});
