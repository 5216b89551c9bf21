import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { isNetworkError } from '../airflow/client-error.ts';
import { interruptedError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { type Access, MetabaseRefusal, notMetabase, unreachable } from './client-error.ts';

export interface MetabaseOptions {
  url: string;
  progress: Progress;
  signal: AbortSignal;
  /** Whether a process of ours is about to listen there: asked where nothing answers. */
  starting?: () => boolean;
}

type Path = readonly (string | number)[];
export type Query = Readonly<Record<string, string | number | boolean>>;

/** A card's query is waited for, too. */
const answerMs = 120_000;
/** How long a server that has answered before may be away. */
const patienceMs = 60_000;

/**
 * Metabase's REST API. Reads are tried again while a server that has answered before is away; what changes something is
 * sent once.
 */
export class MetabaseClient {
  readonly url: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly starting: () => boolean;
  #access: Access = 'nothing';
  #headers: Readonly<Record<string, string>> = {};
  #answered = false;

  constructor({ url, progress, signal, starting = () => false }: MetabaseOptions) {
    this.url = url;
    this.progress = progress;
    this.signal = signal;
    this.starting = starting;
  }

  /** From now on calls carry this key, or this session. */
  enter(access: 'key' | 'session', secret: string): void {
    this.#access = access;
    this.#headers = access === 'key' ? { 'X-API-KEY': secret } : { 'X-Metabase-Session': secret };
  }

  /** @throws MetabaseRefusal for an answer other than 2xx, ShopPipeError for what hinders any call. */
  async get<S extends z.ZodType>(path: Path, schema: S, query: Query = {}): Promise<z.output<S>> {
    const since = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#ask('GET', path, schema, undefined, query);
      } catch (error) {
        const away = isAway(error);
        if (!away || !this.#answered || performance.now() - since > patienceMs) throw this.#told(error);
        if (attempt === 3) this.progress.warn(`Metabase at ${this.url} does not answer; trying again`);
        await this.rest(Math.min(2_000, 100 * 2 ** attempt));
      }
    }
  }

  /** As `get`, but sent once. */
  async send<S extends z.ZodType>(
    method: 'POST' | 'PUT',
    path: Path,
    schema: S,
    body: object,
  ): Promise<z.output<S>> {
    try {
      return await this.#ask(method, path, schema, body);
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
    path: Path,
    schema: S,
    body?: object,
    query: Query = {},
  ): Promise<z.output<S>> {
    this.#stopIfAborted();
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const name = `${method} /api/${path.join('/')}`;
    const response = await fetch(
      `${this.url}/api/${path.map((part) => encodeURIComponent(part)).join('/')}${search && `?${search}`}`,
      {
        method,
        headers: { 'Content-Type': 'application/json', ...this.#headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        // A redirect would take the secrets elsewhere.
        redirect: 'manual',
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(answerMs)]),
      },
    );
    const text = await response.text();
    if (!response.ok) throw new MetabaseRefusal(this.url, name, this.#access, response.status, text);
    this.#answered = true;
    return this.#read(schema, name, text);
  }

  #read<S extends z.ZodType>(schema: S, name: string, text: string): z.output<S> {
    let document: unknown;
    try {
      document = text === '' ? null : JSON.parse(text);
    } catch (error) {
      throw notMetabase(this.url, `its answer to ${name} is no JSON`, error);
    }
    const parsed = schema.safeParse(document);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw notMetabase(
      this.url,
      `in its answer to ${name} ${issue?.path.join('.')} is not as expected (${issue?.message})`,
      parsed.error,
    );
  }

  #told(error: unknown): unknown {
    this.#stopIfAborted();
    return isNetworkError(error) ? unreachable(this.url, error, this.starting()) : error;
  }

  #stopIfAborted(): void {
    if (this.signal.aborted)
      throw interruptedError('what Metabase has already got stays; run it again to go on');
  }
}

/** As while the server, or what stands before it, restarts. */
const isAway = (error: unknown): boolean =>
  isNetworkError(error) || (error instanceof MetabaseRefusal && error.code === 'metabase_starting');
