import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Provisioned, provision } from '../../src/metabase/provision.ts';
import { readMetabaseStatus } from '../../src/metabase/status.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { recordedApi } from './recorded.ts';
import { MetabaseStandIn } from './server.ts';
import { admin, type Setting, setting } from './setting.ts';

const api = recordedApi();

describe.skipIf(api === null)('what can be wrong with a Metabase', () => {
  let database: TestDatabase;
  let server: MetabaseStandIn;
  let shop: Setting;
  beforeAll(async () => {
    database = await testDatabase();
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

  type OpenOptions = Parameters<Setting['open']>[0];
  const make = async (options: OpenOptions = {}): Promise<Provisioned> =>
    provision(await shop.open(options), { dryRun: false, patienceMs: 1_000 });
  const fails = async (
    code: string,
    message: RegExp,
    suggestion: RegExp,
    options: OpenOptions = {},
  ): Promise<void> => {
    const error = await make(options).then(
      () => null,
      (one: unknown) => one,
    );
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      suggestion: expect.stringMatching(suggestion),
    });
    const said = JSON.stringify(error);
    for (const secret of [admin.password, database.bi.password, 'mb_revoked-key'])
      expect(said).not.toContain(secret);
  };
  const writes = (): string[] =>
    server.takeCalls().filter((call) => !/^GET |\/api\/(session|setup)$/.test(call));

  it('the password is not the one that this Metabase was set up with', async () => {
    await make();
    await fails(
      'metabase_login_refused',
      /refuses the password of admin@shop\.example$/,
      /METABASE_PASSWORD/,
      {
        target: { password: 'another-1' },
      },
    );
  });

  it('somebody else has set it up', async () => {
    server.setUp.user = { email: 'boss@example.com', password: 'theirs-1', is_superuser: true };
    await fails(
      'metabase_not_ours',
      /was set up by someone else and refuses the log-in of admin/,
      /METABASE_API_KEY/,
    );
    expect(writes()).toEqual([]);
  });

  it('somebody sets it up at the same moment', async () => {
    server.before = ({ path }) => {
      if (path === '/api/setup') server.setUp.user ??= { ...admin, is_superuser: true };
      return null;
    };
    expect((await make()).set_up).toBe(false);
  });

  it('it was started anew, with another token, or takes no weak password', async () => {
    server.before = ({ path }) =>
      path === '/api/setup' ? [400, server.api.answer('03-setup-wrong-token')] : null;
    await fails('metabase_setup_refused', /refuses its own set-up token/, /run it again/);
    server.before = null;
    await fails(
      'metabase_weak_password',
      /does not take METABASE_PASSWORD: password is too common/,
      /shop-pipe init/,
      {
        target: { password: 'lettersonly' },
      },
    );
    await fails('bad_configuration', /needs METABASE_PASSWORD or METABASE_API_KEY/, /shop-pipe init/, {
      target: { password: '' },
    });
  });

  it('the key was revoked, before or in between', async () => {
    server.setUp.user = { ...admin, is_superuser: true };
    const options = { target: { apiKey: 'mb_revoked-key' } };
    await fails('metabase_key_refused', /refuses METABASE_API_KEY: revoked/, /Administrators/, options);
    server.setUp.keys.add('mb_revoked-key');
    server.before = ({ method, path }) => {
      if (method === 'POST' && path === '/api/card') server.setUp.keys.clear();
      return null;
    };
    await fails('metabase_key_refused', /refuses METABASE_API_KEY/, /Administrators/, options);
    server.before = null;
    server.setUp.keys.add('mb_revoked-key');
    expect((await make(options)).items.every(({ id }) => id !== null)).toBe(true);
    expect(server.collections.list()).toHaveLength(2);
  });

  it('who logs in is no administrator', async () => {
    server.setUp.user = { ...admin, is_superuser: false };
    await fails('metabase_forbidden', /admin@shop\.example is no administrator/, /administrators/);
    expect(writes()).toEqual([]);
  });

  it('it is still starting, or answers 503 in the middle', async () => {
    server.before = () => [503, { status: 'initializing', progress: 0.5 }];
    await fails('metabase_starting', /still starting \(initializing, 50 % done\)$/, /logs metabase/);
    await expect(readMetabaseStatus(await shop.open())).rejects.toMatchObject({ code: 'metabase_starting' });
    server.before = ({ method, path }) =>
      method === 'POST' && path === '/api/dashboard' ? [503, 'overloaded'] : null;
    await fails('metabase_starting', /is not ready \(503: overloaded\)/, /goes on where it stopped/);
    server.before = null;
    await make();
    expect((await make()).items.every(({ action }) => action === 'none')).toBe(true);
    expect(server.dashboards.list()).toHaveLength(2);
  });

  it('it sees no database where we see one: localhost inside a container', async () => {
    await fails(
      'metabase_database_unreachable',
      /cannot reach postgres at 127\.0\.0\.1:1 from where it runs/,
      /container: set METABASE_POSTGRES_HOST/,
      { database: { ...database.bi, port: 1 } },
    );
    expect(server.databases.list()).toEqual([]);
    await fails('metabase_no_database', /finds no database nowhere at/, /shop-pipe up/, {
      database: { ...database.bi, database: 'nowhere' },
    });
    await fails('metabase_role_refused', /cannot log in to \S+ as shop_bi/, /SHOP_BI_PASSWORD/, {
      database: { ...database.bi, password: 'not-this-one' },
    });
    await make();
    expect(server.databases.list()).toHaveLength(1);
  });

  it('a person has a collection, a dashboard, a card or a connection of that name', async () => {
    server.setUp.user = { ...admin, is_superuser: true };
    const theirs = await server.person('POST', '/api/collection', { name: 'Shop', description: 'mine' });
    await fails(
      'metabase_collection_taken',
      /has a collection Shop that shop-pipe did not make/,
      /\/collection\/2$/,
    );
    expect(writes()).toEqual([]);
    await server.person('PUT', `/api/collection/${Number(theirs['id'])}`, { name: 'My shop' });
    await make();

    const [sales] = server.dashboards.list();
    await server.person('PUT', `/api/dashboard/${sales?.id}`, { description: 'now it is mine' });
    server.takeCalls();
    await fails(
      'metabase_dashboard_taken',
      /has a dashboard Sales that shop-pipe did not make/,
      /\/dashboard\/1$/,
    );
    expect(writes()).toEqual([]);
    await server.person('PUT', `/api/dashboard/${sales?.id}`, { name: 'My sales' });
    await make();
    expect(server.dashboards.list().map(({ name }: Record<string, unknown>) => name)).toEqual([
      'My sales',
      'Live',
      'Sales',
    ]);

    const [card] = server.cards.list();
    await server.person('PUT', `/api/card/${card?.id}`, { description: null });
    await fails(
      'metabase_card_taken',
      /has a card Cancellations per hour that shop-pipe did not make/,
      /\/question\/1$/,
    );
  });

  it('a connection is called like ours and is another', async () => {
    server.setUp.user = { ...admin, is_superuser: true };
    const details = { ...database.owner, dbname: database.owner.database };
    await server.person('POST', '/api/database', { name: 'Shop', engine: 'postgres', details });
    await fails(
      'metabase_connection_taken',
      /has a database called Shop that is not of shop_bi/,
      /admin\/databases\/1/,
    );
    expect(writes()).toEqual([]);
  });

  it('a card is deleted while it is mended', async () => {
    await make();
    const [card] = server.cards.list();
    await server.person('PUT', `/api/card/${card?.id}`, { display: 'pie' });
    server.before = ({ method, path }) => {
      if (method === 'PUT' && path.startsWith('/api/card/')) void server.person('DELETE', path);
      return null;
    };
    await fails(
      'metabase_gone',
      /^card .* \(id 1\) was deleted in Metabase while/,
      /shop-pipe metabase provision/,
    );
    server.before = null;
    await make();
    expect((await make()).items.every(({ action }) => action === 'none')).toBe(true);
  });

  it('its tables are not read in time', async () => {
    const aborted = { ...server.api.answer('24-database-create'), id: 1, initial_sync_status: 'aborted' };
    server.before = ({ method, path }) =>
      method === 'GET' && path === '/api/database/1' ? [200, aborted] : null;
    expect((await make()).items.every(({ id }) => id !== null)).toBe(true);
    expect(shop.notes).toContainEqual(expect.stringContaining('has not read the tables'));
  });

  it('the stack is not migrated, or shop_bi may not read: each card says so', async () => {
    const bare = await testDatabase({ migrated: false });
    try {
      const { tests } = await make({ database: bare.bi });
      expect(tests.length).toBeGreaterThan(7);
      for (const { ok, error } of tests)
        expect([ok, error]).toEqual([false, expect.stringMatching(/does not exist|denied/)]);
    } finally {
      await bare.drop();
    }
  });
});
