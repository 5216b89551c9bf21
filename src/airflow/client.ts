import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { interruptedError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { tokenAnswer } from './answers.ts';
import { AirflowRefusal, isNetworkError, loginRefused, notAirflow, unreachable } from './client-error.ts';
import { type AirflowTarget, sendsPasswordInTheClear } from './target.ts';

export interface AirflowOptions {
  target: AirflowTarget;
  progress: Progress;
  signal: AbortSignal;
  /** What is known of it besides, where it is our own. */
  processes?: AirflowProcesses;
}

/** The processes of an Airflow of our own; of somebody else's nothing is known. */
export interface AirflowProcesses {
  /** One is about to listen there: asked where nothing answers. */
  starting(): boolean;
  /** The part does not run, whatever its last heartbeat says, which is believed for half a minute. */
  gone(part: 'scheduler' | 'dag-processor'): boolean;
}

const unknown: AirflowProcesses = { starting: () => false, gone: () => false };

export interface Call {
  query?: Readonly<Record<string, string | number | boolean>>;
  body?: object;
}

/** An answer takes milliseconds; a log of many megabytes some seconds. */
const answerMs = 30_000;
/** How long a server that has answered before may be away: a restart takes some ten seconds. */
const patienceMs = 60_000;
/** How long where a process of ours is starting, as after a kill on a busy machine. */
const startMs = 180_000;

/**
 * Airflow's REST API v2 with a JWT, asked for when first needed and again when it has run out. Reads are tried again
 * while a server that has answered before restarts; what changes something is sent once.
 */
export class AirflowClient {
  readonly target: AirflowTarget;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly processes: AirflowProcesses;
  #token: Promise<string> | null = null;
  #answered = false;

  constructor({ target, progress, signal, processes = unknown }: AirflowOptions) {
    this.target = target;
    this.progress = progress;
    this.signal = signal;
    this.processes = processes;
    if (sendsPasswordInTheClear(target)) {
      progress.warn(`${target.url} is not encrypted: name and password can be read on the way; use https`);
    }
  }

  /** @throws AirflowRefusal for an answer other than 2xx, ShopPipeError for what hinders any call. */
  async get<S extends z.ZodType>(path: readonly string[], schema: S, call: Call = {}): Promise<z.output<S>> {
    const since = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#ask('GET', path, schema, call);
      } catch (error) {
        const patience = this.processes.starting() ? startMs : patienceMs;
        if (!isAway(error) || !this.#answered || performance.now() - since > patience)
          throw this.#told(error);
        if (attempt === 3) this.progress.warn(`Airflow at ${this.target.url} does not answer; trying again`);
        await this.rest(Math.min(2_000, 100 * 2 ** attempt));
      }
    }
  }

  /** As `get`, but sent once. */
  async send<S extends z.ZodType>(
    method: 'POST' | 'PATCH',
    path: readonly string[],
    schema: S,
    call: Call,
  ): Promise<z.output<S>> {
    try {
      return await this.#ask(method, path, schema, call);
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** @throws ShopPipeError `interrupted` */
  async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.signal }).catch(() => undefined);
    this.#stopIfAborted();
  }

  async #ask<S extends z.ZodType>(
    method: string,
    path: readonly string[],
    schema: S,
    call: Call,
  ): Promise<z.output<S>> {
    // fetch would take these for steps in the path.
    if (path.some((part) => ['', '.', '..'].includes(part))) {
      throw new AirflowRefusal(this.target, `${method} ${path.join('/')}`, 404, '');
    }
    this.#token ??= this.#logIn();
    const token = await this.#token.catch((error: unknown) => {
      this.#token = null;
      throw error;
    });
    const url = this.#url(['api', 'v2', ...path], call.query);
    const name = `${method} ${new URL(url).pathname}`;
    let { status, text } = await this.#fetch(method, url, token, call.body);
    if (status === 401) {
      // It ran out, or the server has another secret since.
      this.#token = this.#logIn();
      ({ status, text } = await this.#fetch(method, url, await this.#token, call.body));
    }
    if (status < 200 || status >= 300) throw new AirflowRefusal(this.target, name, status, text);
    this.#answered = true;
    return this.#read(schema, name, text);
  }

  async #logIn(): Promise<string> {
    const { user: username, password } = this.target;
    const { status, text } = await this.#fetch('POST', this.#url(['auth', 'token']), null, {
      username,
      password,
    });
    if (status === 401 || status === 403) throw loginRefused(this.target);
    if (status >= 200 && status < 300) return this.#read(tokenAnswer, 'POST /auth/token', text).access_token;
    const refusal = new AirflowRefusal(this.target, 'POST /auth/token', status, text);
    const known = refusal.code === 'airflow_starting' || (status !== 404 && status !== 405 && isJson(text));
    throw known ? refusal : notAirflow(this.target, `POST /auth/token says ${status}`);
  }

  #read<S extends z.ZodType>(schema: S, name: string, text: string): z.output<S> {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      throw notAirflow(this.target, `its answer to ${name} is no JSON`, error);
    }
    const parsed = schema.safeParse(document);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw notAirflow(
      this.target,
      `in its answer to ${name} ${issue?.path.join('.')} is not as expected (${issue?.message})`,
      parsed.error,
    );
  }

  async #fetch(
    method: string,
    url: string,
    token: string | null,
    body?: object,
  ): Promise<{ status: number; text: string }> {
    this.#stopIfAborted();
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      // A redirect would take the password elsewhere.
      redirect: 'manual',
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(answerMs)]),
    });
    return { status: response.status, text: await response.text() };
  }

  #url(path: readonly string[], query: Call['query'] = {}): string {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    return `${this.target.url}/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`;
  }

  #told(error: unknown): unknown {
    this.#stopIfAborted();
    return isNetworkError(error) ? unreachable(this.target, error, this.processes.starting()) : error;
  }

  #stopIfAborted(): void {
    if (this.signal.aborted) throw interruptedError('nothing of Airflow was changed');
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As while the server, its database, or what stands before it, restarts. */
const isAway = (error: unknown): boolean =>
  isNetworkError(error) ||
  (error instanceof AirflowRefusal && ['airflow_starting', 'airflow_unhealthy'].includes(error.code));
