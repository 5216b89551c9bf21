import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cardRoutes } from './card-routes.ts';
import { collectionRoutes } from './collection-routes.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { databaseRoutes } from './database-routes.ts';
import { type RecordedApi } from './recorded.ts';
import { SetUp, setUpRoutes } from './set-up-routes.ts';
import { Things } from './state.ts';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/** Status and document; a text goes out as text, as Metabase does it. */
export type Answer = readonly [status: number, body: unknown];
export type Route = readonly [
  call: RegExp,
  answer: (asked: Asked, ...ids: string[]) => Answer | Promise<Answer>,
];

/**
 * A stand-in for Metabase 0.58 that keeps what it is sent, as the recorded server does: ids are given out, passwords
 * masked, names need not be unique, `entity_id` is ignored, cards come as MBQL 5 unless legacy is asked for, a failed query
 * is 202. The rest of each answer is what was recorded. Card queries run on a real Postgres, by the connection's own role.
 */
export class MetabaseStandIn {
  readonly api: RecordedApi;
  readonly asked: Asked[] = [];
  /** What the API document, or the shape of recorded requests, says against requests that came. */
  readonly problems: string[] = [];
  readonly setUp: SetUp;
  readonly databases = new Things();
  /** With passwords; by id of the database. */
  readonly passwords = new Map<number, string>();
  readonly collections = new Things();
  readonly cards = new Things();
  readonly dashboards = new Things();
  /** Called before a request is answered; an answer of its own takes the place of the stand-in's. */
  before: ((asked: Asked) => Answer | 'hang up' | null) | null = null;
  /** Whether a request is done, and its answer gets lost. */
  loses: ((asked: Asked) => boolean) | null = null;
  readonly #routes: Route[];
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then((answer) => {
      if (answer === 'hang up') return void request.socket.destroy();
      const [status, body] = answer;
      const text = typeof body === 'string';
      response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json' });
      response.end(text ? body : JSON.stringify(body));
    });
  });

  constructor(api: RecordedApi) {
    this.api = api;
    this.setUp = new SetUp(api);
    this.#routes = [
      ...setUpRoutes(this),
      ...databaseRoutes(this),
      ...collectionRoutes(this),
      ...cardRoutes(this),
      ...dashboardRoutes(this),
    ];
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Calls as `METHOD path`, and forgets them. */
  takeCalls(): string[] {
    return this.asked.splice(0).map(({ method, path }) => `${method} ${path}`);
  }

  /** As a person does it in the browser: not held against the API document. */
  async person(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const asked = {
      method,
      path,
      query: new URLSearchParams(),
      body: (body ?? {}) as Asked['body'],
      headers: {},
    };
    const [status, answer] = await this.#route(asked);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer as Record<string, unknown>;
  }

  async #answer(request: IncomingMessage): Promise<Answer | 'hang up'> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://stand-in');
    const method = request.method ?? '';
    const body = text === '' ? null : (JSON.parse(text) as Asked['body']);
    const asked: Asked = { method, path, query, body: body ?? {}, headers: request.headers };
    this.asked.push(asked);
    this.problems.push(...this.api.against(method, path, query, body));
    const instead = this.before?.(asked) ?? null;
    if (instead !== null) return instead;
    if (!this.setUp.lets(asked)) return [401, 'Unauthenticated'];
    try {
      const answer = await this.#route(asked);
      return this.loses?.(asked) ? 'hang up' : answer;
    } catch (error) {
      this.problems.push(`${method} ${path}: the stand-in broke: ${String(error)}`);
      return [500, { message: String(error) }];
    }
  }

  async #route(asked: Asked): Promise<Answer> {
    for (const [call, answer] of this.#routes) {
      const match = call.exec(`${asked.method} ${asked.path.replace(/^\/api/, '')}`);
      if (match) return answer(asked, ...match.slice(1).map(String));
    }
    return [404, 'API endpoint does not exist.'];
  }
}
