import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, configFrom } from '../../../src/config/config.ts';
import type { Environment } from '../../../src/config/schema.ts';
import { checkMetabase } from '../../../src/doctor/metabase.ts';
import { withClient } from '../../../src/postgres/connection.ts';
import { type Progress, silent } from '../../../src/progress.ts';
import { nativeDown } from '../../../src/runtime/native/down.ts';
import { nativeRuntime } from '../../../src/runtime/native/runtime.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { testKafka } from '../../support/kafka.ts';
import { testPort } from '../../support/port.ts';
import { testServer } from '../../support/postgres.ts';

const home = mkdtempSync(join(tmpdir(), 'shop-pipe-own-metabase-'));
const server = testServer();
const { signal } = new AbortController();
const warnings: string[] = [];
const progress: Progress = { ...silent, warn: (message) => warnings.push(message) };
const database = `mb_${randomBytes(4).toString('hex')}`;
const secrets = {
  METABASE_PASSWORD: 'of-the-admin-1',
  METABASE_ENCRYPTION_KEY: 'of-the-encryption-key-1',
  METABASE_DB_PASSWORD: 'of-the-database-1',
};

/** An Airflow of somebody else, so that plain `up` has nothing to start but a Metabase. */
const airflow = createServer((_, response) => {
  const healthy = { status: 'healthy' };
  response.end(JSON.stringify({ metadatabase: healthy, scheduler: healthy, dag_processor: healthy }));
});
let port = 0;
beforeAll(async () => {
  port = await testPort(12_000);
  await new Promise<void>((listening) => airflow.listen(0, '127.0.0.1', listening));
  writeJava(join(home, 'jdk-21'));
  writeFileSync(join(home, 'metabase.jar'), 'a jar');
});
afterAll(async () => {
  await nativeDown({ home, progress, signal }, { purge: true });
  airflow.close();
  rmSync(home, { recursive: true, force: true });
  await withClient(config({}).postgres.superuser, async (client) => {
    await client.query(`drop database if exists ${database}_metabase with (force)`);
    await client.query('drop role if exists shop_metabase');
  });
});

function config(env: Partial<Record<string, unknown>>): Config {
  return configFrom({
    POSTGRES_HOST: server.host,
    POSTGRES_PORT: server.port,
    POSTGRES_DB: database,
    POSTGRES_USER: 'shop_owner',
    POSTGRES_SUPERUSER_PASSWORD: server.passwords.postgres,
    KAFKA_BROKERS: testKafka().brokers,
    KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT',
    AIRFLOW_URL: `http://127.0.0.1:${(airflow.address() as AddressInfo | null)?.port ?? 1}`,
    SHOP_PIPE_EXTERNAL: ['postgres', 'kafka', 'airflow'],
    METABASE_URL: `http://127.0.0.1:${port}`,
    METABASE_JAVA_HOME: join(home, 'jdk-21'),
    ...secrets,
    ...env,
  } as unknown as Environment);
}

const runtime = (env: Partial<Record<string, unknown>> = {}): Runtime =>
  nativeRuntime({
    config: config(env),
    home,
    assets: resolve(import.meta.dirname, '../../..'),
    envFile: join(home, '.env'),
    progress,
    signal,
  });

/** Stands in for Java 21 and, given a jar, for Metabase: starting for a while, then healthy. */
function writeJava(folder: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const program = join(folder, 'metabase.mjs');
  writeFileSync(
    program,
    `import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
let n = 0;
writeFileSync('seen.json', JSON.stringify({ arguments: process.argv.slice(2), env: process.env }));
createServer((request, response) => {
  const starting = n++ < 3;
  response.writeHead(starting ? 503 : 200);
  response.end(JSON.stringify(starting ? { status: 'initializing', progress: 0.3 } : { status: 'ok' }));
}).listen(Number(process.env.MB_JETTY_PORT), process.env.MB_JETTY_HOST);
`,
  );
  const java = join(folder, 'bin', 'java');
  writeFileSync(
    java,
    `#!/bin/sh
if [ "$1" = -version ]; then echo 'openjdk version "21.0.4"' >&2; exit 0; fi
exec ${process.execPath} ${program} "$@"
`,
  );
  chmodSync(java, 0o755);
}

const stateOf = async (stack: Runtime): Promise<string | undefined> =>
  (await stack.status()).find(({ name }) => name === 'metabase')?.state;

describe('a Metabase of our own', () => {
  it('is no part of up where nobody has asked for one', async () => {
    const stack = runtime();
    expect((await stack.up([])).started).toEqual([]);
    expect(await stateOf(stack)).toBe('stopped');
  });

  it('without its jar: up goes on and says so, up metabase fails', async () => {
    const stack = runtime({ METABASE_JAR: 'nowhere.jar' });
    expect((await stack.up([])).started).toEqual([]);
    expect(warnings.splice(0)).toEqual([
      expect.stringMatching(
        /^metabase is left out: METABASE_JAR names \S+nowhere\.jar, which is not there \(set METABASE_JAR/,
      ),
    ]);
    await expect(stack.up(['metabase'])).rejects.toMatchObject({ code: 'no_metabase_jar' });
  });

  it('is refused where it could not be ours, or secrets are missing', async () => {
    const jar = { METABASE_JAR: 'metabase.jar' };
    await expect(
      runtime({ ...jar, METABASE_URL: 'https://bi.example.com' }).up(['metabase']),
    ).rejects.toMatchObject({
      code: 'metabase_not_ours',
      suggestion: expect.stringContaining('SHOP_PIPE_EXTERNAL=metabase'),
    });
    await expect(runtime({ ...jar, METABASE_DB_PASSWORD: '' }).up(['metabase'])).rejects.toMatchObject({
      code: 'bad_configuration',
      message: 'metabase needs METABASE_DB_PASSWORD, which .env lacks',
    });
  });

  it('starts with a role and a database of its own, and no secret in its arguments', async () => {
    const env = { METABASE_JAR: 'metabase.jar' };
    const stack = runtime(env);
    expect((await stack.up([])).started).toEqual(['metabase']);
    expect(await stateOf(stack)).toBe('healthy');
    expect((await stack.up(['metabase'])).started).toEqual([]);
    const seen = JSON.parse(readFileSync(join(home, 'metabase', 'seen.json'), 'utf8')) as {
      arguments: string[];
      env: Record<string, string>;
    };
    expect(seen.arguments.slice(-2)).toEqual(['-jar', join(home, 'metabase.jar')]);
    for (const secret of Object.values(secrets)) expect(seen.arguments.join(' ')).not.toContain(secret);
    expect(seen.env).toMatchObject({
      MB_JETTY_HOST: '127.0.0.1',
      MB_DB_USER: 'shop_metabase',
      MB_DB_DBNAME: `${database}_metabase`,
      MB_ANON_TRACKING_ENABLED: 'false',
      MB_LOAD_SAMPLE_CONTENT: 'false',
    });
    await withClient(config(env).metabase.database, async (client) => {
      const { rows } = await client.query(
        `select rolsuper or rolcreatedb or rolcreaterole as more, has_database_privilege('shop_template', 'connect') as shop
         from pg_roles where rolname = current_user`,
      );
      expect(rows).toEqual([{ more: false, shop: false }]);
    });
    const [status] = (await stack.status()).filter(({ name }) => name === 'metabase');
    expect(await checkMetabase(config(env), status)).toMatchObject([
      { name: 'java for metabase', level: 'ok', message: expect.stringContaining('21.0.4') },
      { name: 'metabase', level: 'ok', message: `metabase.jar at http://127.0.0.1:${port}` },
    ]);
  });

  it('is started anew with other settings, and stopped by down', async () => {
    const stack = runtime({ METABASE_JAR: 'metabase.jar', METABASE_ENCRYPTION_KEY: 'another-key-of-16' });
    expect((await stack.up([])).started).toEqual(['metabase']);
    expect(await nativeDown({ home, progress, signal }, { purge: false })).toEqual(['metabase']);
    expect(await stateOf(stack)).toBe('stopped');
  });
});

describe('doctor', () => {
  it('tells of a Java that is too old: a warning where no Metabase is asked for', async () => {
    const status = { name: 'metabase', state: 'stopped', pid: null, endpoint: null, version: null } as const;
    const found = await checkMetabase(config({ METABASE_JAVA_HOME: join(home, 'none') }), status);
    const old = found[0]?.level === 'warning';
    expect(found).toMatchObject([
      old
        ? {
            message: expect.stringMatching(/^Metabase needs Java 21 or newer, Spark is content with 17/),
            remedy: expect.stringContaining('METABASE_JAVA_HOME'),
          }
        : { level: 'ok' },
      { name: 'metabase', level: 'ok', message: expect.stringContaining('shop-pipe up metabase') },
    ]);
    expect(await checkMetabase(config({}), undefined)).toEqual([]);
  });
});
