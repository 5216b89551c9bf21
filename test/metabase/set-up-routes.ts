import { randomUUID } from 'node:crypto';
import type { RecordedApi } from './recorded.ts';
import type { Asked, MetabaseStandIn, Route } from './server.ts';

/** Who there is, and who is let in. */
export class SetUp {
  user: { email: string; password: string; is_superuser: boolean } | null = null;
  readonly sessions = new Set<string>();
  readonly keys = new Set<string>();
  readonly token: string;
  readonly instance = randomUUID();

  constructor(api: RecordedApi) {
    this.token = String(api.answer('02-session-properties')['setup-token']);
  }

  lets({ path, headers }: Asked): boolean {
    if (['/api/health', '/api/session/properties', '/api/setup', '/api/session'].includes(path)) return true;
    const [session, key] = [headers['x-metabase-session'], headers['x-api-key']];
    return key === undefined ? this.sessions.has(String(session)) : this.keys.has(String(key));
  }

  session(): { id: string } {
    const id = randomUUID();
    this.sessions.add(id);
    return { id };
  }
}

export function setUpRoutes({ api, setUp }: MetabaseStandIn): Route[] {
  return [
    [/^GET \/health$/, () => [200, api.answer('01-health')]],
    [
      /^GET \/session\/properties$/,
      () => [
        200,
        {
          ...api.answer(setUp.user ? '07-session-properties-after' : '02-session-properties'),
          'analytics-uuid': setUp.instance,
        },
      ],
    ],
    [
      /^POST \/setup$/,
      ({ body }) => {
        if (setUp.user) return [403, api.answer('06-setup-again')];
        if (body['token'] !== setUp.token) return [400, api.answer('03-setup-wrong-token')];
        const { email, password } = body['user'] as { email: string; password: string };
        if (password.length < 6 || !/\d/.test(password)) return [400, api.answer('04-setup-weak-password')];
        setUp.user = { email, password, is_superuser: true };
        return [200, setUp.session()];
      },
    ],
    [
      /^POST \/session$/,
      ({ body: { username, password } }) =>
        setUp.user?.email === username && setUp.user?.password === password
          ? [200, setUp.session()]
          : [401, api.answer('08-login-bad')],
    ],
    [
      /^GET \/user\/current$/,
      ({ headers }) =>
        headers['x-api-key'] === undefined
          ? [200, { ...api.answer('11-current-user'), ...setUp.user, password: undefined }]
          : [200, api.answer('17-current-user-by-key')],
    ],
  ];
}
