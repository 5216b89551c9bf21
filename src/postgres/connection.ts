import pg from 'pg';
import { connectionError } from './connection-error.ts';
import type { PgTarget } from './target.ts';

export interface ConnectOptions {
  /** Shown in pg_stat_activity; `shop-pipe` is put before it. */
  name?: string;
  /** Milliseconds for the TCP connection and the log-in together. */
  timeoutMs?: number;
}

/**
 * Opens one connection. int8 comes as string (as pg does), numeric as string, dates as `YYYY-MM-DD` strings,
 * timestamptz as Postgres prints it: nothing is rounded on the way.
 *
 * @throws ShopPipeError of kind `environment` that says whether the server, the password or the database is the matter.
 */
export async function connect(target: PgTarget, options: ConnectOptions = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    application_name: ['shop-pipe', options.name].filter(Boolean).join(' '),
    connectionTimeoutMillis: options.timeoutMs ?? 10_000,
    types: { getTypeParser: rawTypes },
  });
  // A server that stops closes idle connections; the next query says so, an unhandled event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectionError(error, target);
  }
  return client;
}

/** Runs `work` on a connection of its own and closes it whatever happens. */
export async function withClient<T>(
  target: PgTarget,
  work: (client: pg.Client) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const client = await connect(target, options);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs `work` in one transaction: commits what it returns from, rolls back what it throws from. */
export async function inTransaction<T>(
  client: pg.Client,
  work: () => Promise<T>,
  begin = 'begin',
): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

const parsedTypes = new Set<number>([
  pg.types.builtins.BOOL,
  pg.types.builtins.INT2,
  pg.types.builtins.INT4,
  pg.types.builtins.OID,
  pg.types.builtins.FLOAT4,
  pg.types.builtins.FLOAT8,
  pg.types.builtins.JSON,
  pg.types.builtins.JSONB,
  1000, // bool[]
  1005, // int2[]
  1007, // int4[]
  1009, // text[]
  1015, // varchar[]
]);

const rawTypes = ((oid: number, format?: string) =>
  format === 'binary' || parsedTypes.has(oid)
    ? pg.types.getTypeParser(oid, format as 'text')
    : (value: string) => value) as unknown as typeof pg.types.getTypeParser;
