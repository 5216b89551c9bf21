import { environmentError, ShopPipeError, usageError } from '../errors.ts';
import { detailOf } from './detail.ts';
import type { AirflowTarget } from './target.ts';

/** An answer that was no success, in a user's words as far as they can be found without knowing what was asked for. */
export class AirflowRefusal extends ShopPipeError {
  readonly status: number;
  /** What the server said, on one line. */
  readonly detail: string;

  constructor(target: AirflowTarget, call: string, status: number, body: string) {
    const detail = detailOf(body);
    const { kind, code, message, suggestion } = refusal(target, call, status, detail);
    super(kind, code, message, { suggestion });
    this.status = status;
    this.detail = detail;
  }
}

/** Whether `error` says that there is no such thing. */
export const isMissing = (error: unknown): boolean => error instanceof AirflowRefusal && error.status === 404;

function refusal(target: AirflowTarget, call: string, status: number, detail: string): ShopPipeError {
  const { url, user } = target;
  const said = detail === '' ? `${status}` : `${status}: ${detail}`;
  if (status === 401) return loginRefused(target);
  if (status === 403) {
    return environmentError('airflow_forbidden', `Airflow at ${url} does not let ${user} do this (${said})`, {
      suggestion: `give ${user} the right, or set AIRFLOW_USER and AIRFLOW_PASSWORD in .env to somebody who has it`,
    });
  }
  if (status === 429 || (status >= 502 && status <= 504)) {
    return environmentError('airflow_starting', `Airflow at ${url} is not ready yet (${said})`, {
      suggestion: 'wait some seconds, then try again; shop-pipe status tells when it is healthy',
    });
  }
  // Airflow's own words for any failure of its database, with the number of a line of its log.
  if (status === 500 && detail.startsWith('Database error')) return databaseLost(target);
  if (status === 400 || status === 422) {
    return usageError('airflow_refused', `Airflow does not take this: ${detail || call}`);
  }
  return environmentError('airflow_error', `Airflow at ${url} answered ${call} with ${said}`, {
    suggestion: 'shop-pipe logs airflow-api-server',
  });
}

export const databaseLost = ({ url }: AirflowTarget): ShopPipeError =>
  environmentError('airflow_unhealthy', `Airflow at ${url} does not reach its database`, {
    suggestion: 'shop-pipe up, or shop-pipe logs airflow-api-server where that runs',
  });

export const loginRefused = ({ url, user }: AirflowTarget): ShopPipeError =>
  environmentError('airflow_login_refused', `Airflow at ${url} refused the log-in of ${user}`, {
    suggestion:
      'check AIRFLOW_USER and AIRFLOW_PASSWORD in .env; of its own Airflow shop-pipe up sets the password',
  });

/** @param starting whether a process of ours is about to listen there. */
export function unreachable(target: AirflowTarget, error: unknown, starting: boolean): ShopPipeError {
  const { url } = target;
  if (starting) {
    return environmentError('airflow_starting', `Airflow at ${url} is still starting`, {
      suggestion: 'shop-pipe up airflow (waits until it is healthy)',
      cause: error,
    });
  }
  const reason = reasonOf(error);
  return environmentError('airflow_unreachable', `cannot reach Airflow at ${url} (${reason})`, {
    suggestion: remedyOf(reason),
    cause: error,
  });
}

function remedyOf(reason: string): string {
  if (/CERT|SIGNED/.test(reason))
    return 'name a PEM file with the authority of its certificate by NODE_EXTRA_CA_CERTS';
  if (/SSL|TLS/.test(reason)) return 'check whether AIRFLOW_URL in .env has to begin with http or with https';
  return 'shop-pipe up airflow, or set AIRFLOW_URL in .env';
}

/** Something answers, but not as Airflow 3 does. */
export const notAirflow = ({ url }: AirflowTarget, what: string, cause?: unknown): ShopPipeError =>
  environmentError('airflow_not_understood', `what answers at ${url} is no Airflow 3: ${what}`, {
    suggestion: 'check AIRFLOW_URL in .env',
    cause,
  });

/** fetch hides the reason in causes, and behind two addresses of a name in a list of them. */
export function reasonOf(error: unknown): string {
  const { name, code, cause, message } = error as Partial<NodeJS.ErrnoException> & { cause?: unknown };
  if (name === 'TimeoutError') return 'no answer in time';
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (typeof code === 'string') return code;
  return cause === undefined ? String(message ?? error).slice(0, 200) : reasonOf(cause);
}

/** What fetch throws: a TypeError with a cause, or the time-out. */
export const isNetworkError = (error: unknown): boolean =>
  (error instanceof TypeError && 'cause' in error) || (error as { name?: string }).name === 'TimeoutError';
