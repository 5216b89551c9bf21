import { environmentError, type ShopPipeError } from '../errors.ts';
import { sessionAnswer } from './answers.ts';
import type { MetabaseClient } from './client.ts';
import { MetabaseRefusal } from './client-error.ts';
import { noPassword, type Properties } from './log-in.ts';
import { recordSetUp } from './set-up-record.ts';
import type { MetabaseTarget } from './target.ts';

/**
 * Makes the first user of an instance that has none: its administrator, without tracking. Another one may be quicker,
 * which is no failure: then there is a user to log in as.
 *
 * @returns whether this call made it.
 */
export async function setUp(
  client: MetabaseClient,
  { email, password }: MetabaseTarget,
  { home, properties }: { home: string; properties: Properties },
): Promise<boolean> {
  if (password === '') throw noPassword();
  const prefs = { site_name: 'shop-pipe', site_locale: 'en', allow_tracking: false };
  try {
    const { id } = await client.send('POST', ['setup'], sessionAnswer, {
      token: properties['setup-token'] ?? '-',
      user: { email, password, first_name: 'Shop', last_name: 'Admin', site_name: prefs.site_name },
      prefs,
    });
    client.enter('session', id);
  } catch (error) {
    if (!(error instanceof MetabaseRefusal)) throw error;
    if (error.status === 403) return false;
    throw refused(error, client.url, email);
  }
  recordSetUp(home, properties['analytics-uuid']);
  return true;
}

function refused(error: MetabaseRefusal, url: string, email: string): ShopPipeError {
  const { fields } = error;
  const fail = (code: string, what: string, suggestion: string): ShopPipeError =>
    environmentError(code, `Metabase at ${url} ${what}`, { suggestion, cause: error });
  if (fields.has('user.password'))
    return fail(
      'metabase_weak_password',
      `does not take METABASE_PASSWORD: ${fields.get('user.password')}`,
      'empty METABASE_PASSWORD in .env, then shop-pipe init (makes a random one)',
    );
  if (fields.has('user.email'))
    return fail(
      'metabase_bad_email',
      `does not take METABASE_EMAIL ${email}: ${fields.get('user.email')}`,
      'set METABASE_EMAIL in .env',
    );
  if (fields.has('token'))
    return fail(
      'metabase_setup_refused',
      'refuses its own set-up token: it was started anew meanwhile',
      'run it again',
    );
  return error;
}
