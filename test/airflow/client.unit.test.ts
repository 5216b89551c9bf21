import { afterEach, describe, expect, it } from 'vitest';
import { dagAnswer, versionAnswer } from '../../src/airflow/answers.ts';
import { AirflowClient } from '../../src/airflow/client.ts';
import { AirflowRefusal } from '../../src/airflow/client-error.ts';
import { sendsPasswordInTheClear } from '../../src/airflow/target.ts';
import { silent } from '../../src/progress.ts';
import { dag, Replay } from './replay.ts';

let replay = new Replay();
afterEach(async () => {
  await replay.close();
  replay = new Replay();
});

const version = ['version'] as const;
const refused = (code: string, message: RegExp): object =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('logging in', () => {
  it('happens once for many calls', async () => {
    const client = await replay.client();
    await Promise.all([client.get(version, versionAnswer), client.get(version, versionAnswer)]);
    await client.get(version, versionAnswer);
    const logins = replay.asked.filter(({ path }) => path === '/auth/token');
    expect(logins.map(({ body }) => body)).toEqual([{ username: 'admin', password: 'secret-1' }]);
    expect(replay.asked.at(-1)?.authorization).toBe('Bearer token-1');
  });

  it('happens again when the token has run out', async () => {
    replay.inTurn('POST /auth/token', [201, { access_token: 'old' }], [201, { access_token: 'new' }]);
    replay.on('GET /api/v2/version', ({ authorization }) =>
      authorization === 'Bearer new' ? [200, { version: '3.3.2' }] : [401, { detail: 'Token Expired' }],
    );
    const client = await replay.client();
    expect((await client.get(version, versionAnswer)).version).toBe('3.3.2');
  });

  it('says that the password is wrong, and not what it is', async () => {
    replay.on('POST /auth/token', [401, { detail: 'Invalid credentials' }]);
    const client = await replay.client();
    await expect(client.get(version, versionAnswer)).rejects.toEqual(
      refused('airflow_login_refused', /^Airflow at http:\S+ refused the log-in of admin$/),
    );
    replay.on('POST /auth/token', [201, { access_token: 'token-2' }]);
    expect((await client.get(version, versionAnswer)).version).toBe('3.3.2');
  });

  it.each([
    [404, { detail: 'Not Found' }, 'airflow_not_understood'],
    [501, '<!DOCTYPE HTML><html><head><title>Error response</title></head></html>', 'airflow_not_understood'],
    [200, '<html>welcome</html>', 'airflow_not_understood'],
    [302, '', 'airflow_not_understood'],
    [503, '<html><title>503 Service Temporarily Unavailable</title></html>', 'airflow_starting'],
    [500, { detail: 'Internal Server Error' }, 'airflow_error'],
    [500, { detail: { reason: 'Database error', message: 'Serious error' } }, 'airflow_unhealthy'],
  ])('%s is no log-in', async (status, body, code) => {
    replay.on('POST /auth/token', [status, body]);
    const client = await replay.client();
    await expect(client.get(version, versionAnswer)).rejects.toMatchObject({ code });
  });
});

describe('a server that is away', () => {
  const nowhere = { url: 'http://127.0.0.1:1', user: 'admin', password: 'secret-1' };
  const { signal } = new AbortController();

  it('is told at once where it never answered', async () => {
    // A port that nobody listens on: that of a server that has closed.
    const gone = new Replay();
    const client = await gone.client();
    await gone.close();
    await expect(client.get(version, versionAnswer)).rejects.toEqual(
      refused('airflow_unreachable', /^cannot reach Airflow at http:\S+ \(ECONNREFUSED\)$/),
    );
    const options = {
      target: client.target,
      progress: silent,
      signal,
      processes: { starting: () => true, gone: () => false },
    };
    await expect(new AirflowClient(options).get(version, versionAnswer)).rejects.toEqual(
      refused('airflow_starting', /is still starting$/),
    );
    await expect(
      new AirflowClient({ target: nowhere, progress: silent, signal }).get(version, versionAnswer),
    ).rejects.toMatchObject({ code: 'airflow_unreachable' });
  });

  it('is asked again where it answered before', async () => {
    const client = await replay.client();
    await client.get(version, versionAnswer);
    replay.inTurn(
      'GET /api/v2/version',
      'hang up',
      [503, 'no healthy upstream'],
      [500, { detail: { reason: 'Database error', message: 'Serious error when handling your request' } }],
      [200, { version: '3.3.3' }],
    );
    expect((await client.get(version, versionAnswer)).version).toBe('3.3.3');
  });

  it('is not asked twice for a change', async () => {
    const client = await replay.client();
    await client.get(version, versionAnswer);
    replay.on('PATCH /api/v2/dags/x', 'hang up');
    await expect(client.send('PATCH', ['dags', 'x'], dagAnswer, { body: {} })).rejects.toMatchObject({
      code: 'airflow_unreachable',
    });
    expect(replay.calls().filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
  });

  it('is not waited for after Ctrl-C', async () => {
    const ctrlC = new AbortController();
    const client = await replay.client({ signal: ctrlC.signal });
    await client.get(version, versionAnswer);
    replay.on('GET /api/v2/version', () => {
      ctrlC.abort();
      return 'hang up';
    });
    await expect(client.get(version, versionAnswer)).rejects.toMatchObject({ kind: 'interrupted' });
  });
});

describe('what is asked for', () => {
  it.each([
    ['$(rm -rf ~);`id`', '/api/v2/dags/%24(rm%20-rf%20~)%3B%60id%60'],
    ['a/b?c#d', '/api/v2/dags/a%2Fb%3Fc%23d'],
    ['São Paulo', '/api/v2/dags/S%C3%A3o%20Paulo'],
  ])('%s is one step of a path', async (name, path) => {
    replay.on(`GET ${path}`, [200, dag()]);
    const client = await replay.client();
    expect((await client.get(['dags', name], dagAnswer)).dag_id).toBe('shop_daily_etl');
  });

  it.each(['..', '.', ''])('"%s" is nothing that could be there', async (name) => {
    const client = await replay.client();
    await expect(client.get(['dags', name], dagAnswer)).rejects.toBeInstanceOf(AirflowRefusal);
    expect(replay.asked).toEqual([]);
  });

  it('is refused in words', async () => {
    replay.on('GET /api/v2/version', [403, { detail: 'Forbidden' }]);
    const client = await replay.client();
    await expect(client.get(version, versionAnswer)).rejects.toEqual(
      refused('airflow_forbidden', /does not let admin do this \(403: Forbidden\)$/),
    );
    replay.on('GET /api/v2/version', [200, { version: 3 }]);
    await expect(client.get(version, versionAnswer)).rejects.toEqual(
      refused(
        'airflow_not_understood',
        /is no Airflow 3: in its answer to GET \S+ version is not as expected/,
      ),
    );
  });
});

it.each([
  ['http://127.0.0.1:8080', false],
  ['http://localhost:8080', false],
  ['http://[::1]:8080', false],
  ['https://airflow.example.com', false],
  ['http://airflow.example.com', true],
  ['http://127.example.com', true],
])('%s sends the password in the clear: %s', (url, clear) => {
  expect(sendsPasswordInTheClear({ url })).toBe(clear);
});
