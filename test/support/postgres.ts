import { randomBytes } from 'node:crypto';
import { connect, withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';

/** A database of its own for one test file, with the roles that the real one has. */
export interface TestDatabase {
  superuser: PgTarget;
  owner: PgTarget;
  etl: PgTarget;
  stream: PgTarget;
  bi: PgTarget;
  drop(): Promise<void>;
}

/** The server that the run's set-up started: SHOP_TEST_POSTGRES = {host, port, passwords of the five roles}. */
export interface TestServer {
  host: string;
  port: number;
  passwords: Record<'postgres' | 'shop_owner' | 'shop_etl' | 'shop_stream' | 'shop_bi', string>;
}

export const templateName = 'shop_template';

export function testServer(): TestServer {
  const json = process.env['SHOP_TEST_POSTGRES'];
  if (!json)
    throw new Error(
      'SHOP_TEST_POSTGRES is unset: run these tests by `npm test`, whose set-up starts Postgres',
    );
  return JSON.parse(json) as TestServer;
}

/** Clones the migrated template (or makes an empty database, owned by shop_owner) in some 50 ms. */
export async function testDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = testServer();
  const database = `test_${randomBytes(6).toString('hex')}`;
  const as = (user: keyof TestServer['passwords']): PgTarget => ({
    host: server.host,
    port: server.port,
    database,
    user,
    password: server.passwords[user],
  });
  const superuser = as('postgres');
  const bootstrap = { ...superuser, database: 'postgres' };
  const template = (options.migrated ?? true) ? templateName : 'template0';
  await withClient(bootstrap, async (client) => {
    await client.query(`create database ${database} owner shop_owner template ${template}`);
  });
  return {
    superuser,
    owner: as('shop_owner'),
    etl: as('shop_etl'),
    stream: as('shop_stream'),
    bi: as('shop_bi'),
    drop: async () => {
      const client = await connect(bootstrap);
      await client.query(`drop database if exists ${database} with (force)`);
      await client.end();
    },
  };
}
