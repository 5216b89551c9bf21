import { describe, expect, it } from 'vitest';
import {
  cardAnswer,
  collectionsAnswer,
  dashboardAnswer,
  databaseAnswer,
  databasesAnswer,
  itemsAnswer,
  propertiesAnswer,
  queryAnswer,
  sessionAnswer,
  userAnswer,
} from '../../src/metabase/answers.ts';
import { MetabaseRefusal } from '../../src/metabase/client-error.ts';
import { detailOf } from '../../src/metabase/detail.ts';
import { recordedApi } from './recorded.ts';

const api = recordedApi();

describe.skipIf(api === null)('what a real Metabase 0.58 answered', () => {
  const answers = {
    'session-properties': propertiesAnswer,
    'session-properties-after': propertiesAnswer,
    setup: sessionAnswer,
    login: sessionAnswer,
    'current-user': userAnswer,
    'current-user-by-key': userAnswer,
    'database-list-empty': databasesAnswer,
    'database-list': databasesAnswer,
    'database-create': databaseAnswer,
    'database-get': databaseAnswer,
    'database-update': databaseAnswer,
    'collection-list': collectionsAnswer,
    'collection-items': itemsAnswer,
    'collection-items-all': itemsAnswer,
    search: itemsAnswer,
    'card-get-legacy-mbql': cardAnswer,
    'dashboard-create': dashboardAnswer,
    'dashboard-get': dashboardAnswer,
    'dashboard-get-tabs': dashboardAnswer,
    'dashboard-put-cards': dashboardAnswer,
    'dashboard-get-final': dashboardAnswer,
    'card-query-1': queryAnswer,
    'card-query-mbql5': queryAnswer,
    'card-bad-sql-query': queryAnswer,
  };
  it.each(Object.entries(answers))('%s is understood', (name, schema) => {
    const found = [...(api?.recordings ?? [])].find(([key]) => key.replace(/^\d+-/, '') === name);
    const parsed = schema.safeParse(found?.[1].response.body);
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  it('a failed query has status 202 and says so inside', () => {
    const { response } = api?.recording('54-card-bad-sql-query') ?? {};
    expect(response?.status).toBe(202);
    expect(queryAnswer.parse(response?.body)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('relation "nowhere" does not exist'),
    });
  });

  it.each([
    ['03-setup-wrong-token', 'token: Token does not match the setup token.'],
    ['04-setup-weak-password', 'user.password: password is too common.'],
    ['06-setup-again', 'The /api/setup route can only be used to create the first user'],
    ['08-login-bad', 'password: did not match stored password'],
    ['10-no-auth', 'Unauthenticated'],
    ['21-database-bad-host', "couldn't connect to the database"],
    ['22-database-bad-db', 'Looks like the Database name is incorrect.'],
    ['65-dashboard-put-bad-col', 'dashcards.col: value must be an integer'],
    ['66-dashboard-put-unknown-card', 'This dashboard has tab, makes sure every card has a tab'],
    ['93-card-malformed-query', 'Query must include :database'],
    ['95-card-unknown-database', 'violates foreign key constraint'],
    ['96-card-missing-display', 'display: value must be a non-blank string.'],
    ['102-dashboard-put-dashcards-no-tabs-key', 'violates foreign key constraint'],
    ['103-dashboard-put-unknown-card', 'Not found.'],
    ['107-dashboard-put-bad-param-type', 'parameters.type: Valid parameter :type'],
    ['109-card-not-found', 'Not found.'],
    ['110-unknown-endpoint', 'API endpoint does not exist.'],
  ])('%s is told on one line', (name, said) => {
    const body = api?.recording(name).response.body;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(detailOf(text).text).toContain(said);
    expect(detailOf(text).text).not.toContain('\n');
    // The password that was refused is repeated in the answer.
    expect(detailOf(text).text).not.toContain('short');
  });

  it('every refusal is an error with a code of its own kind', () => {
    for (const [name, { request, response }] of api?.recordings ?? []) {
      if (response.status < 400) continue;
      const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
      const error = new MetabaseRefusal('http://m', 'a call', 'key', response.status, text);
      expect(error.code, name).toMatch(/^metabase_(refused|error|missing|forbidden|key_refused)$/);
      expect(error.message.split('\n'), name).toHaveLength(1);
      expect(error.suggestion, `${name} ${request.path}`).toBeTruthy();
    }
  });

  it('was asked for by requests that our check lets pass where the server did', () => {
    const ours =
      /^(GET \/api\/(health|session\/properties|user\/current|search)|\w+ \/api\/(setup|session|database|collection|card|dashboard))(\/\d+)?(\/items|\/query)?$/;
    let checked = 0;
    for (const [name, { request, response }] of api?.recordings ?? []) {
      const { pathname, searchParams } = new URL(request.path, 'http://m');
      if (!ours.test(`${request.method} ${pathname}`) || response.status >= 400) continue;
      checked++;
      const problems = api?.against(request.method, pathname, searchParams, request.body) ?? [];
      // The document lists no nulls, which the server takes, calls a field with a default required, and forgets paging.
      const known = /: is no (integer|string)$|lacks ignore_cache|query limit/;
      expect(
        problems.filter((problem) => !known.test(problem)),
        name,
      ).toEqual([]);
    }
    expect(checked).toBeGreaterThan(40);
  });

  it('is refused by our check as the server refused it', () => {
    for (const name of [
      '65-dashboard-put-bad-col',
      '96-card-missing-display',
      '107-dashboard-put-bad-param-type',
    ]) {
      const { method, path, body } = api?.recording(name).request ?? { method: '', path: '', body: null };
      expect(api?.against(method, path, new URLSearchParams(), body), name).not.toEqual([]);
    }
    expect(api?.against('GET', '/api/nope', new URLSearchParams(), null)).toEqual([
      'GET /api/nope: the API document has no such call',
    ]);
  });
});
