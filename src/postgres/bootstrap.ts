import type pg from 'pg';
import type { Config } from '../config/config.ts';
import { ShopPipeError } from '../errors.ts';
import { withClient } from './connection.ts';
import { matchesVerifier, scramVerifier } from './scram.ts';
import type { PgTarget } from './target.ts';

/**
 * Makes the roles and the database, or mends what differs from `.env`, as the superuser: but for the scratch
 * database of `migrate verify` the only use of that account. Idempotent; returns what it changed, e.g. `role shop_etl`.
 */
export async function bootstrap(config: Config): Promise<string[]> {
  const { owner, etl, stream, bi } = config.postgres;
  return asSuperuser(config, (client) => makeAll(client, owner, [etl, stream, bi]));
}

/**
 * Makes the role of an Airflow of our own and the database that it owns, or mends the password; it can connect to no
 * other. Idempotent; returns what it changed.
 */
export async function bootstrapAirflow(config: Config): Promise<string[]> {
  return asSuperuser(config, (client) => makeAll(client, config.airflow.database, []));
}

/** The same for a Metabase of our own. */
export async function bootstrapMetabase(config: Config): Promise<string[]> {
  return asSuperuser(config, (client) => makeAll(client, config.metabase.database, []));
}

async function asSuperuser<T>(config: Config, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await withClient(config.postgres.superuser, work, { name: 'bootstrap' });
  } catch (error) {
    if (error instanceof ShopPipeError && error.code === 'postgres_login_refused') {
      throw new ShopPipeError(
        'environment',
        'wrong_superuser_password',
        'POSTGRES_SUPERUSER_PASSWORD is not the one this database was made with',
        {
          suggestion: 'put the old one back into .env, or start over: shop-pipe down --purge && shop-pipe up',
          cause: error,
        },
      );
    }
    throw error;
  }
}

async function makeAll(client: pg.Client, owner: PgTarget, others: readonly PgTarget[]): Promise<string[]> {
  const changed: string[] = [];
  // Two bootstraps at once: the second finds everything made.
  await client.query("select pg_advisory_lock(hashtext('shop-pipe bootstrap'))");
  const { rows } = await client.query<{ rolname: string; rolpassword: string | null }>(
    'select rolname, rolpassword from pg_authid where rolname = any($1)',
    [[owner, ...others].map((role) => role.user)],
  );
  const verifiers = new Map(rows.map((row) => [row.rolname, row.rolpassword]));
  for (const role of [owner, ...others]) {
    const name = client.escapeIdentifier(role.user);
    if (!verifiers.has(role.user)) {
      await client.query(
        `create role ${name} login nosuperuser nocreatedb nocreaterole password ${client.escapeLiteral(scramVerifier(role.password))}`,
      );
    } else if (!matchesVerifier(role.password, verifiers.get(role.user) ?? null)) {
      await client.query(`alter role ${name} password ${client.escapeLiteral(scramVerifier(role.password))}`);
    } else {
      continue;
    }
    changed.push(`role ${role.user}`);
  }
  const database = client.escapeIdentifier(owner.database);
  const found = await client.query('select from pg_database where datname = $1', [owner.database]);
  if (found.rowCount === 0) {
    await client.query(
      `create database ${database} owner ${client.escapeIdentifier(owner.user)} template template0`,
    );
    await client.query(`revoke all on database ${database} from public`);
    const names = others.map((role) => client.escapeIdentifier(role.user)).join(', ');
    if (names !== '') await client.query(`grant connect on database ${database} to ${names}`);
    changed.push(`database ${owner.database}`);
  }
  return changed;
}
