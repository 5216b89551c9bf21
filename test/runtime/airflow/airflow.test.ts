import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { markedProcesses } from '../../../src/process/marked.ts';
import { identify } from '../../../src/process/process-table.ts';
import { type TestAirflow, testAirflow, writeDag } from '../../support/airflow.ts';
import type { Call } from './program.ts';
import { readCalls, testDags, writeProgram } from './program.ts';

const names = ['airflow-api-server', 'airflow-scheduler', 'airflow-dag-processor'] as const;
const minutes = 60_000;

let airflow: TestAirflow;
beforeAll(async () => {
  airflow = await testAirflow(writeProgram);
  writeDag(airflow.home, 'test_dags.py', testDags);
  await airflow.start();
  await airflow.api.until(() => airflow.api.runs('test_hold'), 60);
}, 5 * minutes);
afterAll(() => airflow.remove(), 2 * minutes);

/** Processes of this home, by what they carry; as the sweep sees them. */
const left = (): number[] =>
  markedProcesses(`SHOP_PIPE_SERVICE=${airflow.home}#`, null).map(({ pid }) => pid);
const states = async (): Promise<string[]> =>
  Promise.all(names.map(async (name) => (await airflow.supervisor.status(airflow.service(name))).state));
const callsOf = (...line: string[]): Call[] =>
  readCalls(airflow.home).filter((call) => call.arguments.join() === line.join());

describe('an Airflow of our own', () => {
  it('is three healthy processes, of which one listens, on loopback only', async () => {
    expect(await states()).toEqual(['healthy', 'healthy', 'healthy']);
    const statuses = await Promise.all(names.map((name) => airflow.supervisor.status(airflow.service(name))));
    const { host, port } = airflow.service('airflow-api-server').listen ?? {};
    expect(statuses.map(({ endpoint }) => endpoint)).toEqual([`${host}:${port}`, null, null]);
    const listening = readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A')
      .map((fields) => fields[1] ?? '');
    const hex = (port ?? 0).toString(16).toUpperCase().padStart(4, '0');
    expect(listening.filter((address) => address.endsWith(`:${hex}`))).toEqual([`0100007F:${hex}`]);
  });

  it('keeps its secrets in files that only their owner reads, and out of arguments', () => {
    const folder = join(airflow.home, 'airflow');
    for (const file of ['airflow.cfg', 'passwords.json'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    const { password, jwtSecret, fernetKey, database } = airflow.config.airflow;
    const secrets = [password, jwtSecret, fernetKey, database.password];
    for (const pid of left()) {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      for (const secret of secrets) {
        expect(line).not.toContain(secret);
        expect(environment).not.toContain(secret);
      }
    }
    for (const name of names)
      for (const secret of secrets)
        expect(readFileSync(airflow.supervisor.logFile(name), 'utf8')).not.toContain(secret);
  });

  it('lets in whoever has the password, and nobody else', async () => {
    expect((await airflow.api.token()).status).toBe(201);
    expect((await airflow.api.token('not-the-password')).status).toBe(401);
  });

  it('owns a database, and sees no other', async () => {
    const { database } = airflow.config.airflow;
    await withClient(database, async (client) => {
      const { rows } = await client.query(
        `select rolsuper or rolcreatedb or rolcreaterole as more, has_database_privilege('shop_template', 'connect') as shop
         from pg_roles where rolname = current_user`,
      );
      expect(rows).toEqual([{ more: false, shop: false }]);
    });
  });

  it('a start of what runs does nothing', async () => {
    const before = await Promise.all(names.map((name) => airflow.pid(name)));
    for (const name of names) expect(await airflow.supervisor.start(airflow.service(name))).toBe(false);
    expect(await Promise.all(names.map((name) => airflow.pid(name)))).toEqual(before);
  });
});

describe('a task', () => {
  it('that fails three times and then succeeds, with what went wrong in its log', {
    timeout: 4 * minutes,
  }, async () => {
    const { api } = airflow;
    await api.trigger('test_flaky', 'three', '2018-05-01T03:00:00Z');
    await api.succeeded('test_flaky', 'three');
    expect((await api.tasks('test_flaky', 'three')).get('call')).toMatchObject({
      state: 'success',
      try_number: 4,
    });
    const begun = callsOf('flaky', 'three').filter(({ what }) => what === 'begin');
    expect(begun).toHaveLength(4);
    const first = await api.log('test_flaky', 'three', 'call', 1);
    expect(first).toContain('try 1 finds no engine (try: shop-pipe up)');
    expect(first).toContain('working on flaky three');
    // The executor copies it to the scheduler's own log.
    const log = readFileSync(airflow.supervisor.logFile('airflow-scheduler'), 'utf8');
    expect(log).toContain('try 1 finds no engine');
  });

  it('hands shell characters on as they are', { timeout: 2 * minutes }, async () => {
    const { api, home } = airflow;
    const word = `$(touch ${home}/broken); \`touch ${home}/broken\` | "x" 'y' * ção`;
    await api.trigger('test_echo', 'shell', '2018-05-01T03:00:00Z', { word });
    await api.succeeded('test_echo', 'shell');
    expect(callsOf('echo', '--word', word)).toHaveLength(2);
    expect(readdirSync(home)).not.toContain('broken');
  });

  it('of a day without rows is skipped, and the run is a success', { timeout: 2 * minutes }, async () => {
    const { api } = airflow;
    await api.trigger('shop_daily_etl', 'empty', '2017-10-15T03:00:00Z');
    await api.succeeded('shop_daily_etl', 'empty');
    const tasks = await api.tasks('shop_daily_etl', 'empty');
    expect([...tasks.values()].map(({ state }) => state)).toEqual(Array(4).fill('skipped'));
    expect(callsOf('etl', 'source', '--date', '2017-10-15')).toHaveLength(2);
  });

  it('of a run at any other instant fails at once, with the way out', { timeout: 2 * minutes }, async () => {
    const { api } = airflow;
    await api.trigger('shop_daily_etl', 'utc', '2018-05-01T00:00:00Z');
    expect(await api.ended('shop_daily_etl', 'utc')).toBe('failed');
    expect((await api.tasks('shop_daily_etl', 'utc')).get('source_check')).toMatchObject({ try_number: 1 });
    expect(await api.log('shop_daily_etl', 'utc', 'source_check', 1)).toContain(
      'shop-pipe dag trigger shop_daily_etl --date 2018-05-01',
    );
  });

  it('that is ended takes its program along, and what that has started', {
    timeout: 2 * minutes,
  }, async () => {
    const { api } = airflow;
    await api.trigger('test_hold', 'ended', '2018-05-01T03:00:00Z');
    const [call] = await api.until(async () => {
      const calls = callsOf('hold', 'ended');
      return calls.length > 0 ? calls : null;
    }, 60);
    await api.call('PATCH', '/dags/test_hold/dagRuns/ended/taskInstances/call', { new_state: 'failed' });
    for (const pid of [call?.pid ?? 0, call?.child ?? 0])
      await expect.poll(() => identify(pid), { timeout: 60_000 }).toBeNull();
  });
});

describe('a scheduler that is killed in mid-task', () => {
  it('leaves workers, which the next start ends; the task is done again, once', {
    timeout: 5 * minutes,
  }, async () => {
    const { api, home, supervisor } = airflow;
    const scheduler = airflow.service('airflow-scheduler');
    await api.trigger('test_hold', 'killed', '2018-05-02T03:00:00Z');
    const [first] = await api.until(async () => {
      const calls = callsOf('hold', 'killed');
      return calls.length > 0 ? calls : null;
    }, 60);
    const pid = await airflow.pid('airflow-scheduler');
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await supervisor.status(scheduler)).state).toBe('failed');
    // Its workers live, and so do the task and what it calls.
    expect(identify(first?.pid ?? 0)).not.toBeNull();
    expect(await supervisor.start(scheduler)).toBe(true);
    for (const orphan of [first?.pid ?? 0, first?.child ?? 0]) expect(identify(orphan)).toBeNull();
    writeFileSync(join(home, 'release'), '');
    await api.succeeded('test_hold', 'killed');
    rmSync(join(home, 'release'));
    // Begun, ended by the sweep; begun, ended well: never two at once.
    const calls = callsOf('hold', 'killed');
    expect(calls.map(({ what }) => what)).toEqual(['begin', 'begin', 'end']);
    expect((await api.tasks('test_hold', 'killed')).get('call')).toMatchObject({ state: 'success' });
  });
});

describe('going down in mid-task', () => {
  it('leaves no process, and the next start goes on with the run', { timeout: 6 * minutes }, async () => {
    const { api, home, supervisor } = airflow;
    await api.trigger('test_hold', 'down', '2018-05-03T03:00:00Z');
    const [call] = await api.until(async () => {
      const calls = callsOf('hold', 'down');
      return calls.length > 0 ? calls : null;
    }, 60);
    expect((await supervisor.stopAll()).toSorted()).toEqual([...names].toSorted());
    expect(left()).toEqual([]);
    for (const pid of [call?.pid ?? 0, call?.child ?? 0]) expect(identify(pid)).toBeNull();
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);

    const log = (): string => readFileSync(supervisor.logFile('airflow-api-server'), 'utf8');
    const migrations = log().split('Database migration done').length;
    writeFileSync(join(home, 'release'), '');
    await airflow.start();
    await api.succeeded('test_hold', 'down');
    expect(callsOf('hold', 'down').map(({ what }) => what)).toEqual(['begin', 'begin', 'end']);
    expect(log().split('Database migration done').length).toBe(migrations);
  });
});
