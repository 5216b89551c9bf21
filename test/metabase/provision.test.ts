import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dashboards, dashboardUrl } from '../../src/metabase/dashboards.ts';
import { type Provisioned, provision } from '../../src/metabase/provision.ts';
import { readMetabaseStatus } from '../../src/metabase/status.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { findQuestion } from '../../src/reports/catalogue.ts';
import { runReport } from '../../src/reports/run.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { runNative } from './native-sql.ts';
import { recordedApi } from './recorded.ts';
import { MetabaseStandIn } from './server.ts';
import { fillShop, questionsFolder, type Setting, setting, timezone } from './setting.ts';

const api = recordedApi();

describe.skipIf(api === null)('provisioning a Metabase', () => {
  let database: TestDatabase;
  let server: MetabaseStandIn;
  let shop: Setting;
  beforeAll(async () => {
    database = await testDatabase();
    await fillShop(database);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    server = new MetabaseStandIn(api as NonNullable<typeof api>);
    await server.start();
    shop = setting(
      () => server.url,
      () => database.bi,
    );
  });
  afterEach(async () => {
    await server.stop();
    shop.close();
    expect(server.problems).toEqual([]);
  });

  const make = async (dryRun = false): Promise<Provisioned> => provision(await shop.open(), { dryRun });
  const actions = ({ items }: Provisioned): string[] =>
    items
      .filter(({ action }) => action !== 'none')
      .map(({ action, kind, key }) => `${action} ${kind} ${key}`);
  const idOf = ({ items }: Provisioned, kind: string, key = kind): number =>
    items.find((item) => item.kind === kind && item.key === key)?.id ?? -1;
  const changes = (): string[] => server.takeCalls().filter((call) => !call.startsWith('GET '));
  const names = async (): Promise<string[]> => {
    const { declared } = await shop.open();
    return declared.cards.map(({ key }) => key);
  };

  it('sets up, connects, and makes collection, a card per question and both dashboards', async () => {
    const made = await make();
    expect(made).toMatchObject({ set_up: true, dry_run: false, version: 'v0.58.0', obsolete: [] });
    expect(actions(made)).toEqual([
      'create connection connection',
      'create collection collection',
      ...(await names()).map((name) => `create card ${name}`),
      'create dashboard sales',
      'create dashboard live',
    ]);
    expect(made.items.every(({ id }) => id !== null)).toBe(true);
    expect(made.tests.map(({ question, ok, error }) => [question, ok, error])).toEqual(
      (await names()).map((name) => [name, true, null]),
    );
    expect(made.tests.every(({ rows }) => rows > 0)).toBe(true);
    expect(made.dashboards).toEqual(
      dashboards.map((dashboard, index) => ({
        name: dashboard.name,
        id: index + 1,
        url: dashboardUrl(server.url, index + 1, dashboard),
      })),
    );
    expect(made.dashboards.at(-1)?.url).toMatch(/#refresh=60$/);
    const setUp = server.asked.find(({ path }) => path === '/api/setup')?.body;
    expect(setUp).toMatchObject({ prefs: { allow_tracking: false } });
    const connection = server.asked.find(
      ({ method, path }) => method === 'POST' && path === '/api/database',
    )?.body;
    expect(connection?.['details']).toMatchObject({
      user: 'shop_bi',
      'schema-filters-patterns': 'curated,live',
    });
  });

  it('sends GETs and the log-in, and nothing else, to an instance that is as declared', async () => {
    const first = await make();
    server.takeCalls();
    const second = await make();
    expect(changes()).toEqual(['POST /api/session']);
    expect(actions(second)).toEqual([]);
    expect(second.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id));
    expect(second.tests).toEqual([]);
    server.setUp.keys.add('mb_of-the-admins');
    await provision(await shop.open({ target: { apiKey: 'mb_of-the-admins', password: '' } }), {
      dryRun: false,
    });
    expect(changes()).toEqual([]);
    expect(server.cards.list()).toHaveLength((await names()).length);
    expect([server.databases, server.dashboards].map((things) => things.list().length)).toEqual([1, 2]);
  });

  it('shows what somebody changed, changes nothing in a dry run, and puts it back', async () => {
    const first = await make();
    const sales = idOf(first, 'dashboard', 'sales');
    const card = idOf(first, 'card', 'daily-revenue');
    const before = structuredClone([server.cards.get(card), server.dashboards.get(sales)]);
    const { dashcards } = await server.person('GET', `/api/dashboard/${sales}`);
    const moved = (dashcards as { id: number; card_id: number; row: number; col: number }[]).map((one) =>
      one.card_id === card ? { ...one, row: 40, col: 3 } : one,
    );
    await server.person('PUT', `/api/dashboard/${sales}`, { dashcards: moved, tabs: [] });
    const native = { query: 'select 1 as mine', 'template-tags': {} };
    const query = { type: 'native', database: idOf(first, 'connection'), native };
    await server.person('PUT', `/api/card/${card}`, { dataset_query: query, display: 'table' });
    server.takeCalls();

    const dry = await make(true);
    expect(changes()).toEqual(['POST /api/session']);
    expect(actions(dry)).toEqual(['update card daily-revenue', 'update dashboard sales']);
    const [edited, dashboard] = dry.items.filter(({ action }) => action === 'update');
    expect(edited?.differences.map(({ field }) => field)).toEqual(['display', 'sql', 'variables']);
    expect(edited?.differences[1]).toMatchObject({
      found: 'select 1 as mine',
      declared: expect.stringContaining('from curated.daily_sales'),
    });
    expect(dashboard?.differences).toEqual([
      {
        field: 'Daily sales revenue: place',
        found: 'column 3, row 40, 14 x 7',
        declared: 'column 0, row 0, 14 x 7',
      },
    ]);
    expect(await readMetabaseStatus(await shop.open())).toMatchObject({ as_declared: false });

    server.takeCalls();
    expect(actions(await make())).toEqual(actions(dry));
    expect(changes().slice(0, 3)).toEqual([
      'POST /api/session',
      `PUT /api/card/${card}`,
      `PUT /api/dashboard/${sales}`,
    ]);
    const sorted = (dashboard: unknown): unknown =>
      (dashboard as { dashcards: { id: number }[] }).dashcards.toSorted((a, b) => a.id - b.id);
    expect(server.cards.get(card)).toMatchObject({ ...before[0] });
    expect(sorted(server.dashboards.get(sales))).toEqual(sorted(before[1]));
    expect(actions(await make())).toEqual([]);
  });

  it('a dry run on an instance that nobody has set up says what it would make, and makes nothing', async () => {
    const dry = await make(true);
    expect(changes()).toEqual([]);
    expect(dry.items.every(({ action }) => action === 'create')).toBe(true);
    expect([dry.set_up, dry.dashboards]).toEqual([false, []]);
    await expect(readMetabaseStatus(await shop.open())).rejects.toMatchObject({
      code: 'metabase_not_set_up',
    });
  });

  it('makes a deleted card again, and mends the dashboard that showed it', async () => {
    const first = await make();
    const id = idOf(first, 'card', 'top-products');
    await server.person('DELETE', `/api/card/${id}`);
    const status = await readMetabaseStatus(await shop.open());
    expect(status.as_declared).toBe(false);
    expect(status.items.find(({ key }) => key === 'top-products')).toMatchObject({
      action: 'create',
      id: null,
    });
    const again = await make();
    expect(actions(again)).toEqual(['create card top-products', 'update dashboard sales']);
    expect(shop.notes).toContainEqual(
      expect.stringMatching(/has no card Top products by sales \(any more\)/),
    );
    expect(idOf(again, 'card', 'top-products')).not.toBe(id);
    expect(again.tests).toHaveLength(first.tests.length);
    expect(actions(await make())).toEqual([]);
  });

  it('finds what was moved elsewhere or renamed, and brings it back under its id', async () => {
    const first = await make();
    const [card, live] = [idOf(first, 'card', 'cancellations'), idOf(first, 'dashboard', 'live')];
    const other = await server.person('POST', '/api/collection', { name: 'Elsewhere' });
    await server.person('PUT', `/api/card/${card}`, { collection_id: other['id'] });
    await server.person('PUT', `/api/dashboard/${live}`, { collection_id: other['id'] });
    await server.person('PUT', `/api/card/${idOf(first, 'card', 'recent-orders')}`, { name: 'Mine' });
    const collection = idOf(first, 'collection');
    await server.person('PUT', `/api/collection/${collection}`, { name: 'Loja' });
    const again = await make();
    expect(actions(again)).toEqual([
      'update collection collection',
      'update card cancellations',
      'update card recent-orders',
      'update dashboard live',
    ]);
    expect(again.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id));
    expect(server.cards.get(card)?.['collection_id']).toBe(collection);
    expect(actions(await make())).toEqual([]);
  });

  it('leaves what people made: cards, dashboards, copies, and what they put on ours', async () => {
    const first = await make();
    const collection = idOf(first, 'collection');
    const sales = idOf(first, 'dashboard', 'sales');
    const ours = idOf(first, 'card', 'daily-revenue');
    const query = {
      type: 'native',
      database: idOf(first, 'connection'),
      native: { query: 'select 2 as two', 'template-tags': {} },
    };
    const body = {
      display: 'table',
      dataset_query: query,
      visualization_settings: {},
      collection_id: collection,
    };
    const mine = await server.person('POST', '/api/card', { ...body, name: 'Mine' });
    const copy = await server.person('POST', '/api/card', {
      ...body,
      name: 'Daily sales revenue - Duplicate',
      description: server.cards.get(ours)?.['description'],
    });
    const board = await server.person('POST', '/api/dashboard', {
      name: 'My board',
      collection_id: collection,
    });
    const { dashcards, parameters } = await server.person('GET', `/api/dashboard/${sales}`);
    const own = { id: -1, card_id: mine['id'], row: 30, col: 0, size_x: 4, size_y: 4 };
    const text = {
      id: -2,
      card_id: null,
      row: 34,
      col: 0,
      size_x: 4,
      size_y: 2,
      visualization_settings: { text: 'hi' },
    };
    await server.person('PUT', `/api/dashboard/${sales}`, {
      dashcards: [...(dashcards as object[]), own, text],
      parameters: [
        ...(parameters as object[]),
        { id: 'abcd1234', type: 'number/=', name: 'Mine', slug: 'mine' },
      ],
      tabs: [],
    });
    const kept = structuredClone([
      server.cards.get(mine['id']),
      server.cards.get(copy['id']),
      server.dashboards.get(board['id']),
    ]);
    expect(actions(await make())).toEqual([]);

    // Something of ours is to be mended beside it.
    await server.person('PUT', `/api/dashboard/${sales}`, { name: 'Vendas', width: 'fixed' });
    expect(actions(await make())).toEqual(['update dashboard sales']);
    expect([
      server.cards.get(mine['id']),
      server.cards.get(copy['id']),
      server.dashboards.get(board['id']),
    ]).toEqual(kept);
    const now = server.dashboards.get(sales) as unknown as {
      name: string;
      dashcards: { card_id: number | null; row: number }[];
      parameters: unknown[];
    };
    expect(now.name).toBe('Sales');
    expect(now.dashcards.filter(({ row }) => row >= 30).map(({ card_id: card }) => card)).toEqual(
      expect.arrayContaining([mine['id'], null]),
    );
    expect(now.dashcards).toHaveLength(6);
    expect(now.parameters).toHaveLength(4);
  });

  it('keeps tabs that somebody made, with ours on the first', async () => {
    const first = await make();
    const live = idOf(first, 'dashboard', 'live');
    const { dashcards } = await server.person('GET', `/api/dashboard/${live}`);
    const tabbed = (dashcards as object[]).map((one, i) => ({ ...one, dashboard_tab_id: i === 0 ? -2 : -1 }));
    const tabs = [
      { id: -1, name: 'Tab 1' },
      { id: -2, name: 'Tab 2' },
    ];
    await server.person('PUT', `/api/dashboard/${live}`, { dashcards: tabbed, tabs });
    expect((await make(true)).items.at(-1)?.differences).toEqual([
      { field: expect.stringMatching(/: tab$/), found: '2', declared: '1' },
    ]);
    expect(actions(await make())).toEqual(['update dashboard live']);
    const { tabs: kept, dashcards: cards } = await server.person('GET', `/api/dashboard/${live}`);
    expect((kept as { name: string }[]).map(({ name }) => name)).toEqual(['Tab 1', 'Tab 2']);
    expect((cards as { dashboard_tab_id: number }[]).map(({ dashboard_tab_id: tab }) => tab)).toEqual(
      (dashcards as object[]).map(() => 1),
    );
    expect(actions(await make())).toEqual([]);
  });

  it('says which cards and dashboards nothing declares any more, and leaves them', async () => {
    const first = await make();
    const opened = await shop.open();
    const cards = opened.declared.cards.filter(({ key }) => key !== 'cancellations');
    const [sales] = opened.declared.dashboards;
    const fewer = { ...opened, declared: { ...opened.declared, cards, dashboards: sales ? [sales] : [] } };
    const again = await provision(fewer, { dryRun: false });
    expect(again.obsolete).toEqual(['dashboard Live', 'card Cancellations per hour']);
    expect(server.cards.get(idOf(first, 'card', 'cancellations'))).toBeDefined();
  });

  it('follows settings of the shop: its time zone, its database as Metabase sees it', async () => {
    await make();
    const zone = await provision(await shop.open({ timezone: 'UTC' }), { dryRun: true });
    expect(actions(zone)).toEqual(
      [
        'cancellations',
        'categories-today',
        'orders-per-hour',
        'recent-orders',
        'revenue-today',
        'top-products-today',
      ].map((name) => `update card ${name}`),
    );
    const there = { ...database.bi, host: 'localhost' };
    const moved = await provision(await shop.open({ database: there }), { dryRun: false });
    expect(actions(moved)).toEqual(['update connection connection']);
    expect(moved.items[0]?.differences).toEqual([
      { field: 'host', found: database.bi.host, declared: 'localhost' },
    ]);
  });

  it('mends a password that was changed, which Metabase masks', async () => {
    const first = await make();
    const id = idOf(first, 'connection');
    server.passwords.set(id, 'the-old-one-of-shop_bi');
    const dry = await make(true);
    expect(dry.items[0]?.differences).toEqual([
      { field: 'connects', found: expect.stringContaining('shop_bi'), declared: 'ok' },
    ]);
    expect(actions(await make())).toEqual(['update connection connection']);
    expect(server.passwords.get(id)).toBe(database.bi.password);
    expect(actions(await make())).toEqual([]);
  });

  it('a card whose query fails is told with what the database said, until it works', async () => {
    const opened = await shop.open();
    const cards = opened.declared.cards.map((card) =>
      card.key === 'recent-orders'
        ? { ...card, native: { ...card.native, query: 'select nope\nfrom nowhere' } }
        : card,
    );
    const broken = { ...opened, declared: { ...opened.declared, cards } };
    const made = await provision(broken, { dryRun: false });
    expect(made.tests.filter(({ ok }) => !ok)).toMatchObject([
      {
        question: 'recent-orders',
        error: expect.stringMatching(/^ERROR: relation "nowhere" does not exist$/),
      },
    ]);
    // Nothing differs now, and still it is not taken for good.
    expect(actions(await provision(broken, { dryRun: false }))).toEqual([]);
    expect((await provision(broken, { dryRun: false })).tests.filter(({ ok }) => !ok)).toHaveLength(1);
    const mended = await make();
    expect(actions(mended)).toEqual(['update card recent-orders']);
    expect(mended.tests.every(({ ok }) => ok)).toBe(true);
  });

  it('runs that are cut short after each change are finished by the next, without a thing made twice', async () => {
    let runs = 0;
    for (let done = false; !done; runs++) {
      let changed = 0;
      server.loses = ({ method, path }) =>
        method !== 'GET' && !/\/(session|setup|query)$/.test(path) && ++changed === 1;
      done = await make().then(
        () => true,
        (error: { code?: string }) => {
          expect(error).toMatchObject({ code: 'metabase_unreachable' });
          return false;
        },
      );
    }
    // Connection, collection, a card per question, a dashboard in two steps each; and the run that found all done.
    expect(runs).toBe(2 + (await names()).length + 2 * 2 + 1);
    server.loses = null;
    expect(server.cards.list()).toHaveLength((await names()).length);
    expect([server.databases, server.dashboards].map((things) => things.list().length)).toEqual([1, 2]);
    const status = await readMetabaseStatus(await shop.open());
    expect([status.as_declared, status.tests.every(({ ok }) => ok)]).toEqual([true, true]);
  });

  it('each card gives the figures of its question, as shop_bi', async () => {
    const { declared } = await shop.open();
    for (const { key, native } of declared.cards) {
      const question = await findQuestion(questionsFolder, key);
      const card = await runNative(database.bi, native);
      const report = await runReport(database.bi, question, {}, { timezone });
      expect(card.columns, key).toEqual(report.columns.map(({ name }) => name));
      expect(
        card.rows.map((row) => row.map(String)),
        key,
      ).toEqual(report.rows.map((row) => row.map(String)));
      const dated = question.parameters.some(({ name }) => name === 'category');
      if (!dated) continue;
      const [{ day } = { day: '' }] = await withClient(database.owner, async (client) => {
        const { rows } = await client.query<{ day: string }>(
          'select max(order_date) - 5 as day from curated.daily_sales',
        );
        return rows;
      });
      const given = { from: day, to: day, category: 'category 1' };
      const filtered = await runNative(database.bi, native, { ...given, category: ['category 1'] });
      const expected = await runReport(database.bi, question, given);
      expect(
        filtered.rows.map((row) => row.map(String)),
        `${key} filtered`,
      ).toEqual(expected.rows.map((row) => row.map(String)));
      expect(filtered.rows.length, key).toBeGreaterThan(0);
    }
  });

  it('no card can write', async () => {
    for (const sql of [
      'delete from curated.daily_sales',
      'update live.hourly_sales set orders = 0',
      "insert into curated.daily_sales values ('2018-01-01', 0, 0, 0, 0, 0)",
      'truncate curated.daily_sales',
      'create table live.mine (n int)',
      'select * from shop.customers',
      'select name from curated.dim_customers',
      "select live.rebuild('UTC')",
    ])
      await expect(runNative(database.bi, { query: sql }), sql).rejects.toThrow('permission denied');
  });
});
