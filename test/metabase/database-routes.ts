import { ShopPipeError } from '../../src/errors.ts';
import { connect } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import type { Answer, MetabaseStandIn, Route } from './server.ts';

type Json = Record<string, unknown>;

const mask = '**MetabasePass**';

/** Connections are tried for real, as Metabase does before it keeps one. */
export function databaseRoutes(server: MetabaseStandIn): Route[] {
  const { api, databases, passwords } = server;
  return [
    [/^GET \/database$/, () => [200, { data: databases.list(), total: databases.list().length }]],
    [
      /^POST \/database$/,
      async ({ body }) => {
        const details = body['details'] as Json;
        const refused = await tryConnection(server, details);
        if (refused) return refused;
        const { entity_id: _, ...database } = databases.add({
          ...api.answer('24-database-create'),
          ...pick(body, ['name', 'engine', 'auto_run_queries', 'is_full_sync', 'is_on_demand']),
          details: { ...details, password: mask },
          initial_sync_status: 'incomplete',
        });
        passwords.set(database.id, String(details['password']));
        return [200, { ...database }];
      },
    ],
    [
      /^GET \/database\/(\d+)$/,
      (_, id) => {
        const database = databases.get(id);
        if (!database) return [404, 'Not found.'];
        // Its tables are read in the background: done by the second look.
        const answer = { ...database };
        database['initial_sync_status'] = 'complete';
        return [200, answer];
      },
    ],
    [
      /^PUT \/database\/(\d+)$/,
      async ({ body }, id) => {
        const database = databases.get(id);
        if (!database) return [404, 'Not found.'];
        const details = body['details'] as Json | undefined;
        if (details) {
          const password = details['password'] === mask ? passwords.get(database.id) : details['password'];
          const refused = await tryConnection(server, { ...details, password });
          if (refused) return refused;
          passwords.set(database.id, String(password));
          database['details'] = { ...details, password: mask };
        }
        Object.assign(database, pick(body, ['name', 'auto_run_queries', 'description']));
        return [200, { ...database }];
      },
    ],
    [
      /^GET \/database\/(\d+)\/healthcheck$/,
      async (_, id) => {
        const target = targetOf(server, id);
        if (!target) return [404, 'Not found.'];
        const error = await trouble(target);
        return [200, error ? { status: 'error', message: error.message } : { status: 'ok' }];
      },
    ],
  ];
}

/** By the password that is kept. */
export function targetOf({ databases, passwords }: MetabaseStandIn, id: unknown): PgTarget | null {
  const database = databases.get(id);
  if (!database) return null;
  const details = database['details'] as Json;
  return {
    host: String(details['host']),
    port: Number(details['port']),
    database: String(details['dbname']),
    user: String(details['user']),
    password: passwords.get(database.id) ?? '',
  };
}

async function tryConnection({ api }: MetabaseStandIn, details: Json): Promise<Answer | null> {
  const error = await trouble({
    host: String(details['host']),
    port: Number(details['port']),
    database: String(details['dbname']),
    user: String(details['user']),
    password: String(details['password']),
  });
  if (!error) return null;
  if (error.code === 'postgres_unreachable') return [400, api.answer('21-database-bad-host')];
  if (error.code === 'postgres_login_refused')
    return [
      400,
      {
        message: 'Looks like the username or password is incorrect.',
        errors: { user: 'check your username', password: 'check your password' },
      },
    ];
  return [400, api.answer('22-database-bad-db')];
}

async function trouble(target: PgTarget): Promise<ShopPipeError | null> {
  try {
    await (await connect(target)).end();
    return null;
  } catch (error) {
    if (error instanceof ShopPipeError) return error;
    throw error;
  }
}

export const pick = (from: Json, names: readonly string[]): Json =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
