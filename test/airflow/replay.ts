import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AirflowClient } from '../../src/airflow/client.ts';
import type { Progress } from '../../src/progress.ts';
import { silent } from '../../src/progress.ts';

export interface Asked {
  method: string;
  /** As it came, still encoded. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  authorization: string | undefined;
}

/** Status and document of an answer, or a text as it is; `hang up` cuts the connection. */
type Answer = [status: number, document: unknown] | 'hang up';
type Answerer = Answer | ((asked: Asked) => Answer);

/**
 * Answers of Airflow 3.3.2, played again: what a real server says in situations that are hard to bring about, such as a
 * restart between two calls. `test/e2e/dag.test.ts` talks to a real one.
 */
export class Replay {
  readonly asked: Asked[] = [];
  readonly notes: string[] = [];
  readonly #answers = new Map<string, Answerer>([
    ['POST /auth/token', [201, { access_token: 'token-1' }]],
    ['GET /api/v2/monitor/health', [200, health('healthy')]],
    ['GET /api/v2/version', [200, { version: '3.3.2', git_version: '.release:aa19d2d' }]],
    ['GET /api/v2/importErrors', [200, { import_errors: [], total_entries: 0 }]],
  ]);
  readonly #server = createServer((request, response) => {
    void this.#read(request).then((asked) => {
      this.asked.push(asked);
      const given = this.#answers.get(`${asked.method} ${asked.path}`) ?? [
        404,
        { error: 'API route not found' },
      ];
      const answer = typeof given === 'function' ? given(asked) : given;
      if (answer === 'hang up') {
        request.socket.destroy();
        return;
      }
      const [status, document] = answer;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof document === 'string' ? document : JSON.stringify(document));
    });
  });

  /** @param call such as `GET /api/v2/dags` */
  on(call: string, answer: Answerer): this {
    this.#answers.set(call, answer);
    return this;
  }

  /** One answer after the other; the last one again and again. */
  inTurn(call: string, ...answers: Answer[]): this {
    let n = 0;
    return this.on(call, () => answers[Math.min(n++, answers.length - 1)] as Answer);
  }

  async client({ signal = new AbortController().signal } = {}): Promise<AirflowClient> {
    if (!this.#server.listening)
      await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    const progress: Progress = {
      ...silent,
      warn: (m) => this.notes.push(m),
      note: (m) => this.notes.push(m),
    };
    const target = { url: `http://127.0.0.1:${port}`, user: 'admin', password: 'secret-1' };
    return new AirflowClient({ target, progress, signal });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Calls other than the log-in, as `METHOD path`. */
  calls(): string[] {
    return this.asked
      .map(({ method, path }) => `${method} ${path}`)
      .filter((call) => !call.includes('/auth/'));
  }

  async #read(request: IncomingMessage): Promise<Asked> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://replay');
    return {
      method: request.method ?? '',
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: text === '' ? null : (JSON.parse(text) as unknown),
      authorization: request.headers.authorization,
    };
  }
}

export const health = (scheduler: string, heartbeat: string | null = '2026-11-24T02:29:07.856790+00:00') => ({
  metadatabase: { status: 'healthy' },
  scheduler: { status: scheduler, latest_scheduler_heartbeat: heartbeat },
  triggerer: { status: null, latest_triggerer_heartbeat: null },
  dag_processor: { status: 'healthy', latest_dag_processor_heartbeat: '2026-11-24T02:29:07.415212+00:00' },
});

export const dag = (fields: object = {}) => ({
  dag_id: 'shop_daily_etl',
  is_paused: false,
  has_import_errors: false,
  timetable_summary: '0 0 * * *',
  next_dagrun_data_interval_start: '2026-11-22T03:00:00Z',
  next_dagrun_data_interval_end: '2026-11-23T03:00:00Z',
  next_dagrun_run_after: '2026-11-23T03:00:00Z',
  a_field_of_a_later_version: { of: ['whatever', 'shape'] },
  ...fields,
});

export const run = (fields: object = {}) => ({
  dag_run_id: 'manual__2018-05-01',
  dag_id: 'shop_daily_etl',
  logical_date: '2018-05-01T03:00:00Z',
  data_interval_start: '2018-05-01T03:00:00Z',
  data_interval_end: '2018-05-02T03:00:00Z',
  queued_at: '2026-11-24T02:30:36.041714Z',
  start_date: null,
  end_date: null,
  run_type: 'manual',
  state: 'queued',
  ...fields,
});
