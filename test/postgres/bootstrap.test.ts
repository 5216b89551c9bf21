import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { type Config, configFrom } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/schema.ts';
import { bootstrap, bootstrapAirflow } from '../../src/postgres/bootstrap.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { matchesVerifier, scramVerifier } from '../../src/postgres/scram.ts';
import { testServer } from '../support/postgres.ts';

const server = testServer();
const suffix = randomBytes(4).toString('hex');
const database = `boot_${suffix}`;
const owner = `owner_${suffix}`;

/** The roles that every database of the server shares keep their passwords; the owner is of this test's own. */
function config(ownerPassword: string, superuserPassword = server.passwords.postgres): Config {
  return configFrom({
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: server.port,
    POSTGRES_DB: database,
    POSTGRES_USER: owner,
    POSTGRES_PASSWORD: ownerPassword,
    POSTGRES_SUPERUSER_PASSWORD: superuserPassword,
    SHOP_ETL_PASSWORD: server.passwords.shop_etl,
    SHOP_STREAM_PASSWORD: server.passwords.shop_stream,
    SHOP_BI_PASSWORD: server.passwords.shop_bi,
    SPARK_MASTER: 'local[*]',
    SHOP_TIMEZONE: 'UTC',
    SHOP_PIPE_RUNTIME: '',
    SHOP_PIPE_HOME: '',
    OLIST_PATH: '',
  } as Environment);
}

afterAll(() =>
  withClient(config('x').postgres.superuser, async (client) => {
    await client.query(`drop database if exists ${database} with (force)`);
    await client.query(`drop role if exists ${owner}`);
  }),
);

describe('bootstrap', () => {
  it('makes what is missing, several at once too, and then nothing', async () => {
    const made = await Promise.all([bootstrap(config('first-pass')), bootstrap(config('first-pass'))]);
    expect(made.flat().sort()).toEqual([`database ${database}`, `role ${owner}`]);
    expect(await bootstrap(config('first-pass'))).toEqual([]);
  });

  it('follows a password that was changed in .env', async () => {
    expect(await bootstrap(config('second-pass'))).toEqual([`role ${owner}`]);
    await (await connect(config('second-pass').postgres.owner)).end();
    await expect(connect(config('first-pass').postgres.owner)).rejects.toMatchObject({
      code: 'postgres_login_refused',
    });
  });

  it('gives the roles no more than they need', async () => {
    const target = { ...config('second-pass').postgres.superuser, database };
    await withClient(target, async (client) => {
      const { rows } = await client.query(
        `select rolname from pg_roles where rolname = any($1) and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)`,
        [[owner, 'shop_etl', 'shop_stream', 'shop_bi']],
      );
      expect(rows).toEqual([]);
      const access = await client.query(
        `select has_database_privilege('shop_bi', $1, 'connect') c, has_database_privilege('shop_bi', $1, 'create') t, has_schema_privilege('shop_bi', 'public', 'create') s`,
        [database],
      );
      expect(access.rows).toEqual([{ c: true, t: false, s: false }]);
    });
  });

  it('makes a role and a database of its own for Airflow, which sees no other', async () => {
    const own = { ...config('second-pass') };
    const name = `airflow_${suffix}`;
    const target = { ...own.airflow.database, user: name, database: name, password: 'airflow-pass' };
    own.airflow = { ...own.airflow, database: target };
    try {
      expect(await bootstrapAirflow(own)).toEqual([`role ${name}`, `database ${name}`]);
      expect(await bootstrapAirflow(own)).toEqual([]);
      await withClient(target, async (client) => {
        const { rows } = await client.query(
          `select has_schema_privilege('public', 'create') as own,
             has_database_privilege($1, 'connect') as shop,
             has_database_privilege('shop_bi', current_database(), 'connect') as others`,
          [database],
        );
        expect(rows).toEqual([{ own: true, shop: false, others: false }]);
      });
      await expect(connect({ ...target, database })).rejects.toMatchObject({ kind: 'environment' });
    } finally {
      await withClient(own.postgres.superuser, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
        await client.query(`drop role if exists ${name}`);
      });
    }
  });

  it('says so when the superuser password is another one', async () => {
    await expect(bootstrap(config('second-pass', 'not-the-password'))).rejects.toMatchObject({
      code: 'wrong_superuser_password',
      suggestion: expect.stringContaining('.env'),
    });
  });
});

describe('a connection that fails says why', () => {
  const { superuser } = config('x').postgres;
  it.each([
    [
      'a wrong password',
      { ...superuser, password: 'wrong-password' },
      'postgres_login_refused',
      'role postgres',
    ],
    ['no such database', { ...superuser, database: 'nowhere' }, 'postgres_no_database', 'nowhere'],
    ['nobody there', { ...superuser, port: 1 }, 'postgres_unreachable', 'ECONNREFUSED'],
    ['no such host', { ...superuser, host: 'nowhere.invalid' }, 'postgres_unreachable', 'nowhere.invalid'],
  ])('%s', async (_, target, code, message) => {
    const error = await connect(target).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'environment', code, message: expect.stringContaining(message) });
    expect(JSON.stringify(error) + String((error as Error).message)).not.toContain(target.password);
  });
});

describe('a SCRAM verifier', () => {
  it('matches its own password only', () => {
    const verifier = scramVerifier('sécret pass');
    expect(matchesVerifier('sécret pass', verifier)).toBe(true);
    expect(matchesVerifier('secret pass', verifier)).toBe(false);
    expect(matchesVerifier('sécret pass', null)).toBe(false);
    expect(matchesVerifier('sécret pass', 'md5abc')).toBe(false);
  });
});
