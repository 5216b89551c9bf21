import { createServer, type Server } from 'node:net';
import type { BadInput } from './bad-input.ts';
import type { World } from './world.ts';

/** The commands of the batch half that ask the database; `etl run` asks it from Spark. */
const asking = [
  'seed synthetic --orders 10',
  'migrate up',
  'migrate status',
  'etl source --date 2018-05-01',
  'etl status',
  'report daily-revenue',
  'verify',
  'maintain',
  'erd',
] as const;

const each = (
  what: string,
  calls: readonly string[],
  expected: Omit<BadInput, 'what' | 'call'>,
): BadInput[] => calls.map((call) => ({ ...expected, what: `${what}: ${call}`, call }));

const setting = (name: string, value: string, says: RegExp): BadInput => ({
  what: `${name}=${value}`,
  call: 'verify',
  env: { [name]: value },
  exit: 1,
  code: 'bad_configuration',
  says,
});

const wrongPassword = { POSTGRES_PASSWORD: 'not-this-one', SHOP_BI_PASSWORD: 'nor-this-one' };
const refusedLogin = {
  exit: 1,
  code: 'postgres_login_refused',
  says: /refused the log-in of role shop_/,
} as const;

/** Somebody on a port who speaks no PostgreSQL. */
async function stranger(answer: string): Promise<Record<string, string>> {
  const server: Server = createServer((socket) => socket.on('error', () => undefined).end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  return { POSTGRES_PORT: String(typeof address === 'object' ? address?.port : 0) };
}

const role = (name: 'bi' | 'etl' | 'stream') => async (world: World) => ({
  POSTGRES_USER: world.database[name].user,
  POSTGRES_PASSWORD: world.database[name].password,
});

const unmigrated = (world: World): Promise<Record<string, string>> =>
  world.other({ migrated: false }, 'select 1');

export const wrongSettings: BadInput[] = [
  setting('SHOP_TIMEZONE', 'Mars/Olympus', /SHOP_TIMEZONE must be an IANA time zone/),
  setting('SHOP_TIMEZONE', '-03:00', /SHOP_TIMEZONE must be an IANA time zone/),
  setting('POSTGRES_PORT', '0', /POSTGRES_PORT must be a port/),
  setting('POSTGRES_DB', 'Shop', /POSTGRES_DB must be a plain lower-case/),
  setting('POSTGRES_USER', 'shop owner', /POSTGRES_USER must be a plain lower-case/),
  setting('POSTGRES_PASSWORD', 'short', /POSTGRES_PASSWORD must have at least 8/),
  setting('SHOP_PIPE_EXTERNAL', 'oracle', /SHOP_PIPE_EXTERNAL must name some of/),
  setting('SPARK_DRIVER_MEMORY', 'lots', /SPARK_DRIVER_MEMORY must be a size/),
  setting('METABASE_URL', 'nowhere', /METABASE_URL must be a URL/),

  ...each('a wrong password', asking, { ...refusedLogin, env: wrongPassword }),
  {
    what: 'a role that is not there',
    call: 'verify',
    env: { POSTGRES_USER: 'shop_nobody' },
    ...refusedLogin,
  },
  ...each('no such database', ['verify', 'migrate up', 'seed synthetic --orders 10'], {
    env: { POSTGRES_DB: 'nowhere' },
    exit: 1,
    code: 'postgres_no_database',
    says: /no database nowhere/,
  }),
  ...each('nobody on the port', asking, {
    env: { POSTGRES_PORT: '1' },
    exit: 1,
    code: 'postgres_unreachable',
    says: /127\.0\.0\.1:1 \(ECONNREFUSED\)/,
  }),
  {
    what: 'a host without an address',
    call: 'verify',
    env: { POSTGRES_HOST: 'nowhere.invalid' },
    exit: 1,
    code: 'postgres_unreachable',
    says: /nowhere\.invalid/,
  },
  {
    what: 'a web server on the port',
    call: 'verify',
    env: () => stranger('HTTP/1.1 400 Bad Request\r\n\r\n'),
    exit: 1,
    code: 'postgres_unreachable',
    says: /cannot reach postgres at 127\.0\.0\.1:/,
  },
  {
    what: 'a port where the connection is closed at once',
    call: 'verify',
    env: () => stranger(''),
    exit: 1,
    code: 'postgres_unreachable',
    says: /cannot reach postgres at 127\.0\.0\.1:/,
  },

  ...each(
    'a database without migrations',
    asking.filter((line) => !line.startsWith('migrate')),
    {
      env: unmigrated,
      exit: 1,
      code: 'not_migrated',
      says: /shop-pipe migrate up/,
    },
  ),
  ...each(
    'a database that stands still at the third migration',
    ['seed synthetic --orders 10', 'verify', 'etl status'],
    {
      env: (world) => world.other({ migrated: true }, 'drop schema ops cascade', 'owner'),
      exit: 1,
      code: 'not_migrated',
      says: /shop-pipe migrate up/,
    },
  ),
  {
    what: 'a database that is newer than the files',
    call: 'migrate up',
    env: (world) =>
      world.other(
        { migrated: true },
        `insert into public.shop_pipe_migrations (version, name, checksum, state) values (9999, 'later', 'x', 'applied')`,
        'owner',
      ),
    exit: 1,
    code: 'migration_missing',
    says: /9999/,
  },
  {
    what: 'a migration whose file was changed since',
    call: 'migrate up',
    env: (world) =>
      world.other(
        { migrated: true },
        `update public.shop_pipe_migrations set checksum = 'x' where version = 3`,
        'owner',
      ),
    exit: 1,
    code: 'migration_changed',
    says: /0003/,
  },
  ...each('the reports’ role as the owner', ['verify', 'etl status', 'maintain'], {
    env: role('bi'),
    exit: 1,
    code: 'not_permitted',
    says: /permission denied for schema ops/,
  }),
  {
    what: 'the reports’ role as the owner: seed',
    call: 'seed synthetic --orders 10',
    env: role('bi'),
    exit: 1,
    code: 'not_owner',
    says: /role shop_bi may not seed/,
  },
  {
    what: 'the role of Spark as the owner: seed',
    call: 'seed synthetic --orders 10 --replace',
    env: role('etl'),
    exit: 1,
    code: 'not_owner',
    says: /shop_etl/,
  },
  {
    what: 'the role of the stream as the owner: migrate',
    call: 'migrate down',
    env: role('stream'),
    exit: 1,
    code: 'migrate_not_permitted',
    says: /role shop_stream may not read public\.shop_pipe_migrations/,
  },
  {
    what: 'rights of the reports’ role that were taken away',
    call: 'report daily-revenue',
    env: (world) =>
      world.other({ migrated: true }, 'revoke select on curated.daily_sales from shop_bi', 'owner'),
    exit: 1,
    code: 'not_permitted',
    says: /shop_bi may not ask daily-revenue/,
  },
  ...each('a database that may only be read', ['seed synthetic --orders 10', 'migrate down', 'maintain'], {
    env: readOnly,
    exit: 1,
    code: 'postgres_read_only',
    says: /may only be read|read-only/,
  }),
  {
    what: 'a database that takes no connections',
    call: 'verify',
    env: async (world) => {
      const env = await world.other({ migrated: true }, 'select 1');
      await world.asSuperuser(`alter database ${env['POSTGRES_DB']} allow_connections false`);
      return env;
    },
    exit: 1,
    code: 'postgres_unreachable',
    says: /not currently accepting connections/,
  },
  {
    what: 'a role without a connection left',
    call: 'verify',
    env: async (world) => {
      const env = await world.other({ migrated: true }, 'select 1');
      await world.asSuperuser(`alter database ${env['POSTGRES_DB']} connection limit 0`);
      return env;
    },
    exit: 1,
    code: 'postgres_too_many_connections',
    says: /no connection left/,
  },
  {
    what: 'another time zone than that of the marked days',
    call: async ({ place }) => ['seed', 'olist', '--path', await lessOne(place)],
    env: { SHOP_TIMEZONE: 'Asia/Tokyo' },
    exit: 1,
    code: 'timezone_changed',
    says: /days of America\/Sao_Paulo, but SHOP_TIMEZONE is Asia\/Tokyo/,
  },
  ...each('another time zone than that of the curated days', ['etl source --date 2018-05-01'], {
    env: async (world) => ({
      ...(await world.other(
        { migrated: true },
        `insert into ops.settings (name, value) values ('timezone', '"America/Sao_Paulo"');
        insert into ops.curated_days values ('2018-05-01', 0, 0, 0, 0, 1)`,
        'owner',
      )),
      SHOP_TIMEZONE: 'Asia/Tokyo',
    }),
    exit: 1,
    code: 'timezone_changed',
    says: /America\/Sao_Paulo/,
  }),
  {
    what: 'a .env in a folder that takes none',
    call: 'init --env-file /proc/nowhere/.env',
    exit: 1,
    code: 'not_found',
    says: /\/proc\/nowhere/,
  },
  {
    what: 'a .env below a file',
    call: 'init --env-file .env/.env',
    exit: 1,
    code: 'not_a_folder',
    says: /\.env\/\.env/,
  },
  {
    what: 'a --runtime whose engine is not there',
    call: 'up --runtime compose',
    env: { PATH: '/nowhere' },
    exit: 1,
    code: 'no_docker',
    says: /docker/i,
  },
];

async function readOnly(world: World): Promise<Record<string, string>> {
  const env = await world.other({ migrated: true }, 'select 1');
  await world.asSuperuser(`alter database ${env['POSTGRES_DB']} set default_transaction_read_only = on`);
  return env;
}

/** The small dataset without its last order: other data than the shop holds. */
async function lessOne(place: World['place']): Promise<string> {
  const { filesOf, goodRecords } = await import('../olist/small-olist.ts');
  return place.zip(
    filesOf({ 'olist_orders_dataset.csv': goodRecords['olist_orders_dataset.csv'].slice(0, 2) }),
  );
}
