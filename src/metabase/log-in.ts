import type { z } from 'zod';
import { sendsPasswordInTheClear } from '../airflow/target.ts';
import { environmentError, type ShopPipeError } from '../errors.ts';
import { propertiesAnswer, sessionAnswer, userAnswer } from './answers.ts';
import type { MetabaseClient } from './client.ts';
import { MetabaseRefusal } from './client-error.ts';
import { isSetUpHere } from './set-up-record.ts';
import type { MetabaseTarget } from './target.ts';

export type Properties = z.output<typeof propertiesAnswer>;

/** What an instance says of itself to anybody. */
export const readProperties = (client: MetabaseClient): Promise<Properties> =>
  client.get(['session', 'properties'], propertiesAnswer);

/** By the API key, where there is one, else by e-mail and password. @throws ShopPipeError that says which was refused, and why. */
export async function logIn(
  client: MetabaseClient,
  { url, email, password, apiKey }: MetabaseTarget,
  { home, properties }: { home: string; properties: Properties },
): Promise<void> {
  if (sendsPasswordInTheClear({ url }))
    client.progress.warn(`${url} is not encrypted: what goes there can be read on the way; use https`);
  if (apiKey !== '') client.enter('key', apiKey);
  else {
    if (password === '') throw noPassword();
    try {
      const { id } = await client.send('POST', ['session'], sessionAnswer, { username: email, password });
      client.enter('session', id);
    } catch (error) {
      const ours = isSetUpHere(home, properties['analytics-uuid']);
      throw error instanceof MetabaseRefusal ? notLetIn(error, url, email, ours) : error;
    }
  }
  const user = await client.get(['user', 'current'], userAnswer);
  if (user.is_superuser) return;
  const who = apiKey === '' ? email : 'the group of METABASE_API_KEY';
  throw environmentError('metabase_forbidden', `${who} is no administrator of Metabase at ${url}`, {
    suggestion: 'shop-pipe makes a connection to the database, which only administrators may',
  });
}

function notLetIn(error: MetabaseRefusal, url: string, email: string, ours: boolean): ShopPipeError {
  if (error.status === 401 && ours) {
    return environmentError('metabase_login_refused', `Metabase at ${url} refuses the password of ${email}`, {
      suggestion: 'put the one that it was set up with into METABASE_PASSWORD in .env, or the new one',
      cause: error,
    });
  }
  if (error.status === 401) {
    return environmentError(
      'metabase_not_ours',
      `Metabase at ${url} was set up by someone else and refuses the log-in of ${email}`,
      {
        suggestion:
          'set METABASE_EMAIL and METABASE_PASSWORD in .env to an administrator of it, or METABASE_API_KEY',
        cause: error,
      },
    );
  }
  // After some refusals it lets nobody of that name try for a while.
  if (error.status === 400)
    return environmentError(
      'metabase_login_refused',
      `Metabase at ${url} does not let ${email} in: ${error.detail}`,
      {
        suggestion: 'wait a minute, then check METABASE_EMAIL and METABASE_PASSWORD in .env',
        cause: error,
      },
    );
  return error;
}

export const noPassword = (): ShopPipeError =>
  environmentError(
    'bad_configuration',
    'Metabase needs METABASE_PASSWORD or METABASE_API_KEY, which .env lacks',
    {
      suggestion: 'shop-pipe init (fills in what is missing)',
    },
  );
