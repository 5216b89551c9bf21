import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFrom } from '../../src/config/config.ts';
import { loadEnvironment } from '../../src/config/environment.ts';
import { ensureEnvFile, initialise } from '../../src/config/init.ts';
import { redact } from '../../src/config/secrets.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-pipe-env-'));
  file = join(folder, '.env');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('init', () => {
  it('writes every key, random secrets, mode 0600, and no other file', async () => {
    const { created, added } = await initialise(file, {});
    expect(created).toBe(true);
    expect(added).toContain('POSTGRES_PASSWORD');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['.env']);
    const config = configFrom(loadEnvironment(file, {}));
    const { superuser, owner, etl, stream, bi } = config.postgres;
    expect(new Set([superuser, owner, etl, stream, bi].map((role) => role.password)).size).toBe(5);
    expect(config).toMatchObject({ timezone: 'America/Sao_Paulo', sparkMaster: 'local[*]', runtime: null });
  });

  it('never overwrites a key that is set, and fills one that stands there empty in place', async () => {
    writeFileSync(
      file,
      '# mine\nPOSTGRES_PORT=6543\nPOSTGRES_PASSWORD=\nOTHER=kept\nSHOP_TIMEZONE="UTC" # note\n',
    );
    const { created, added } = await initialise(file, {});
    expect(created).toBe(false);
    expect(added).not.toContain('POSTGRES_PORT');
    expect(added).not.toContain('SHOP_TIMEZONE');
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.slice(0, 2)).toEqual(['# mine', 'POSTGRES_PORT=6543']);
    expect(lines[2]).toMatch(/^POSTGRES_PASSWORD=\S{32}$/);
    expect(lines.slice(3, 5)).toEqual(['OTHER=kept', 'SHOP_TIMEZONE="UTC" # note']);
    expect((await initialise(file, {})).added).toEqual([]);
  });

  it('takes the rights of others away from a file that has every key', async () => {
    await initialise(file, {});
    chmodSync(file, 0o644);
    await initialise(file, {});
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('makes the keys of an Airflow as it wants them', async () => {
    await initialise(file, {});
    const { airflow } = configFrom(loadEnvironment(file, {}));
    expect(airflow.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(airflow.jwtSecret).toHaveLength(64);
    expect(Buffer.from(airflow.fernetKey, 'base64url')).toHaveLength(32);
    expect(airflow.fernetKey).toMatch(/=$/);
    expect(airflow.database).toMatchObject({ user: 'shop_airflow', database: 'shop_airflow' });
  });

  it('is called by up where there is no .env, or one from before there was an Airflow', async () => {
    expect(await ensureEnvFile(file, {})).toMatchObject({ created: true });
    expect(await ensureEnvFile(file, {})).toBeNull();
    const old = readFileSync(file, 'utf8').replace(/^AIRFLOW_(?!URL).*\n/gm, '');
    writeFileSync(file, old);
    // Commands that need no Airflow work with it.
    expect(configFrom(loadEnvironment(file, {})).airflow).toMatchObject({ user: 'admin', password: '' });
    const given = { AIRFLOW_PASSWORD: 'of-the-environment' };
    expect(await ensureEnvFile(file, given)).toMatchObject({
      created: false,
      added: [
        'AIRFLOW_USER',
        'AIRFLOW_PASSWORD',
        'AIRFLOW_JWT_SECRET',
        'AIRFLOW_FERNET_KEY',
        'AIRFLOW_DB_PASSWORD',
        'AIRFLOW_PORT',
      ],
    });
    expect(readFileSync(file, 'utf8')).toContain(old.trim());
    expect(await ensureEnvFile(file, {})).toBeNull();
  });

  it('several at once agree on one file', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => initialise(file, {})));
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['.env']);
  });
});

describe('the environment', () => {
  it('wins over .env, and an empty value counts as none', async () => {
    await initialise(file, {});
    const env = loadEnvironment(file, { POSTGRES_DB: 'other', SHOP_TIMEZONE: '' });
    expect(env).toMatchObject({ POSTGRES_DB: 'other', SHOP_TIMEZONE: 'America/Sao_Paulo' });
  });

  it.each(['p"%(x)s%%ç漢 $#;=:/@', 'eight888'])('takes %s as the password of Airflow', async (password) => {
    await initialise(file, {});
    expect(loadEnvironment(file, { AIRFLOW_PASSWORD: password }).AIRFLOW_PASSWORD).toBe(password);
  });

  it.each(['short', 'two\nlines of it'])('refuses %j as the password of Airflow', async (password) => {
    await initialise(file, {});
    expect(() => loadEnvironment(file, { AIRFLOW_PASSWORD: password })).toThrow('AIRFLOW_PASSWORD must have');
  });

  it('is enough without a file when every secret is in it', () => {
    const secrets = ['POSTGRES', 'POSTGRES_SUPERUSER', 'SHOP_ETL', 'SHOP_STREAM', 'SHOP_BI'];
    const env = Object.fromEntries(secrets.map((name) => [`${name}_PASSWORD`, `${name}-secret`]));
    expect(loadEnvironment(file, env).POSTGRES_PORT).toBe(5432);
  });

  it('names the cluster, its login and the engines that run elsewhere', async () => {
    await initialise(file, {});
    const own = configFrom(loadEnvironment(file, {}));
    expect(own.kafka).toEqual({
      target: {
        brokers: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
        security: 'PLAINTEXT',
        sasl: null,
        ca: null,
      },
      partitions: 4,
      retentionMs: 168 * 3_600_000,
    });
    const login = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_USERNAME: 'shop' };
    expect(() => configFrom(loadEnvironment(file, login))).toThrow('KAFKA_SASL_PASSWORD');
    const other = configFrom(
      loadEnvironment(file, {
        ...login,
        KAFKA_BROKERS: 'one.example.com:9094, [::1]:9095',
        KAFKA_SASL_PASSWORD: 'cluster-pass',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SSL_CA: '/etc/ca.pem',
        SHOP_PIPE_EXTERNAL: 'kafka',
      }),
    );
    expect(other).toMatchObject({
      external: ['kafka'],
      kafka: {
        target: {
          brokers: ['one.example.com:9094', '[::1]:9095'],
          security: 'SASL_SSL',
          sasl: { mechanism: 'plain', username: 'shop', password: 'cluster-pass' },
          ca: '/etc/ca.pem',
        },
      },
    });
    expect(redact('cluster-pass')).toBe('***');
  });

  it('says what to do where nothing is there', () => {
    expect(() => loadEnvironment(file, {})).toThrow(
      expect.objectContaining({ code: 'not_initialised', suggestion: 'shop-pipe init' }),
    );
  });

  it.each([
    ['POSTGRES_PORT', '70000', 'POSTGRES_PORT must be a port from 1 to 65535'],
    ['POSTGRES_PORT', 'x', 'POSTGRES_PORT must be a port number'],
    ['POSTGRES_DB', "shop'; drop", 'POSTGRES_DB must be a plain lower-case Postgres name'],
    ['SHOP_TIMEZONE', 'Mars/Olympus', 'SHOP_TIMEZONE must be an IANA time zone'],
    ['SHOP_TIMEZONE', '+03:00', 'SHOP_TIMEZONE must be an IANA time zone'],
    ['SHOP_PIPE_RUNTIME', 'podman', 'SHOP_PIPE_RUNTIME Invalid option'],
    ['KAFKA_BROKERS', 'localhost', 'KAFKA_BROKERS must be host:port'],
    ['KAFKA_BROKERS', 'a:9092,b:70000', 'KAFKA_BROKERS must be host:port'],
    ['KAFKA_SECURITY_PROTOCOL', 'TLS', 'KAFKA_SECURITY_PROTOCOL Invalid option'],
    ['KAFKA_TOPIC_PARTITIONS', '0', 'KAFKA_TOPIC_PARTITIONS must be from 1 to 10000'],
    ['SHOP_PIPE_EXTERNAL', 'kafka,spark', 'SHOP_PIPE_EXTERNAL must name some of postgres, kafka, airflow'],
    ['AIRFLOW_URL', 'airflow.example.com', 'AIRFLOW_URL must be a URL'],
    ['AIRFLOW_URL', 'http://me:secret-of-mine@127.0.0.1', 'AIRFLOW_URL must be a URL'],
    ['AIRFLOW_USER', 'me:admin', 'AIRFLOW_USER must have no space, colon or comma'],
    ['AIRFLOW_JWT_SECRET', 'too-short-for-this', 'AIRFLOW_JWT_SECRET '],
    ['AIRFLOW_FERNET_KEY', 'not-a-fernet-key', 'AIRFLOW_FERNET_KEY '],
    ['KAFKA_SASL_PASSWORD', 'short', 'KAFKA_SASL_PASSWORD '],
    ['SHOP_ETL_PASSWORD', 'short', 'SHOP_ETL_PASSWORD must have at least 8 characters'],
  ])('%s=%s is refused by name, never by secret value', async (name, value, message) => {
    await initialise(file, {});
    const refused = expect.objectContaining({
      code: 'bad_configuration',
      message: expect.stringContaining(message),
    });
    expect(() => loadEnvironment(file, { [name]: value })).toThrow(refused);
    if (name.endsWith('PASSWORD')) expect(() => loadEnvironment(file, { [name]: value })).not.toThrow(value);
  });

  it('makes its secrets unprintable, also as they stand in a URL', () => {
    const env = { POSTGRES_PASSWORD: 'pa/ss?w&rd' };
    expect(() => loadEnvironment(file, env)).toThrow();
    expect(
      redact(`psql postgres://u:${encodeURIComponent(env.POSTGRES_PASSWORD)}@h and ${env.POSTGRES_PASSWORD}`),
    ).toBe('psql postgres://u:***@h and ***');
  });
});
