import { reasonOf } from '../airflow/client-error.ts';
import { environmentError, ShopPipeError } from '../errors.ts';
import { detailOf } from './detail.ts';

/** By what a call is let in. */
export type Access = 'nothing' | 'session' | 'key';

/** An answer that was no success, in a user's words as far as they can be found without knowing what was asked for. */
export class MetabaseRefusal extends ShopPipeError {
  readonly status: number;
  /** What the server said, on one line. */
  readonly detail: string;
  /** The same by field of the request. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(url: string, call: string, access: Access, status: number, body: string) {
    const { text, fields } = detailOf(body);
    const { kind, code, message, suggestion } = refusal(url, call, access, status, text);
    super(kind, code, message, { suggestion });
    this.status = status;
    this.detail = text;
    this.fields = fields;
  }
}

/** Whether `error` says that there is no such thing (any more). */
export const isMissing = (error: unknown): boolean =>
  error instanceof MetabaseRefusal && error.status === 404;

function refusal(url: string, call: string, access: Access, status: number, detail: string): ShopPipeError {
  const said = detail === '' ? `${status}` : `${status}: ${detail}`;
  if (status === 401) {
    return access === 'key'
      ? environmentError(
          'metabase_key_refused',
          `Metabase at ${url} refuses METABASE_API_KEY: revoked, or of another one`,
          {
            suggestion:
              'make a key of the group Administrators (Admin settings, Authentication, API keys) and set METABASE_API_KEY in .env, or empty it to log in by METABASE_EMAIL',
          },
        )
      : environmentError('metabase_session_ended', `Metabase at ${url} has ended the session`, {
          suggestion: 'run it again',
        });
  }
  if (status === 403) {
    return environmentError('metabase_forbidden', `Metabase at ${url} does not allow ${call} (${said})`, {
      suggestion: 'METABASE_EMAIL, or the group of METABASE_API_KEY, has to be an administrator',
    });
  }
  if (status === 429 || (status >= 502 && status <= 504)) {
    return environmentError('metabase_starting', `Metabase at ${url} is not ready (${said})`, {
      suggestion: 'wait a minute, then run it again: it goes on where it stopped',
    });
  }
  if (status < 400) {
    return environmentError(
      'metabase_not_understood',
      `what answers at ${url} sends ${call} elsewhere (${status})`,
      {
        suggestion: 'set METABASE_URL in .env, or --url, to where Metabase itself answers',
      },
    );
  }
  if (status === 404) {
    return environmentError('metabase_missing', `Metabase at ${url} has nothing for ${call} (${said})`, {
      suggestion: 'run it again; shop-pipe metabase status tells what is there',
    });
  }
  return environmentError(
    status < 500 ? 'metabase_refused' : 'metabase_error',
    `Metabase at ${url} answered ${call} with ${said}`,
    { suggestion: 'shop-pipe logs metabase' },
  );
}

/** @param starting whether a process of ours is about to listen there. */
export function unreachable(url: string, error: unknown, starting: boolean): ShopPipeError {
  if (starting) return stillStarting(url, 'nobody listens yet', error);
  const reason = reasonOf(error);
  return environmentError('metabase_unreachable', `cannot reach Metabase at ${url} (${reason})`, {
    suggestion: /CERT|SIGNED/.test(reason)
      ? 'name a PEM file with the authority of its certificate by NODE_EXTRA_CA_CERTS'
      : 'shop-pipe up metabase, or set METABASE_URL in .env',
    cause: error,
  });
}

export const stillStarting = (url: string, detail: string, cause?: unknown): ShopPipeError =>
  environmentError('metabase_starting', `Metabase at ${url} is still starting (${detail})`, {
    suggestion: 'the first start takes a minute or two; run it again, and see shop-pipe logs metabase',
    cause,
  });

/** Something answers, but not as Metabase does. */
export const notMetabase = (url: string, what: string, cause?: unknown): ShopPipeError =>
  environmentError(
    'metabase_not_understood',
    `what answers at ${url} is no Metabase 0.57 or newer: ${what}`,
    {
      suggestion: 'check METABASE_URL in .env, or --url',
      cause,
    },
  );
