import { resolve } from 'node:path';
import { type LiveEvent, serveLive } from '../../src/live/serve.ts';
import type { LiveChange, LiveState, Notice } from '../../src/live/state.ts';
import type { TestDatabase } from '../support/postgres.ts';

export const zone = 'America/Sao_Paulo';
export const assets = resolve(import.meta.dirname, '../..');

/** No broker: the page does without. */
const noKafka = { brokers: ['127.0.0.1:1'], security: 'PLAINTEXT', sasl: null, ca: null } as const;

export interface Served {
  url: string;
  port: number;
  /** What the terminal was told, newest last. */
  told: Notice[][];
  stop(): Promise<Extract<LiveEvent, { event: 'stopped' }>>;
}

/** Serves the page as the command does, over a test's database. */
export async function serve(database: TestDatabase, port = 0): Promise<Served> {
  const controller = new AbortController();
  const told: Notice[][] = [];
  return new Promise((ready, reject) => {
    const end = serveLive(
      {
        postgres: database,
        kafka: { target: { ...noKafka, brokers: [...noKafka.brokers] } },
        timezone: zone,
      },
      { assets },
      {
        port,
        signal: controller.signal,
        onReady: (at) =>
          ready({
            url: at.url,
            port: at.port,
            told,
            stop: () => (controller.abort(), end),
          }),
        onNotices: (notices) => told.push([...notices]),
      },
    );
    end.catch(reject);
  });
}

/** A viewer without a page: keeps the state as the page does. */
export class Watching {
  state: LiveState | null = null;
  events = 0;
  readonly #controller = new AbortController();
  readonly #done: Promise<void>;

  constructor(url: string) {
    this.#done = this.#read(url).catch((error: unknown) => {
      if (!this.#controller.signal.aborted) throw error;
    });
  }

  async #read(url: string): Promise<void> {
    const response = await fetch(`${url}events`, { signal: this.#controller.signal });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) this.#take(message);
    }
  }

  #take(message: string): void {
    const [, event, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
    if (event === undefined) return;
    this.events += 1;
    if (event === 'state') this.state = JSON.parse(data) as LiveState;
    else if (this.state) {
      const { figures, rate, ...rest } = JSON.parse(data) as LiveChange;
      this.state = {
        ...this.state,
        ...rest,
        figures: { ...this.state.figures, ...figures },
        rates: rate ? [...this.state.rates, rate] : this.state.rates,
      };
    }
  }

  /** Waits for a state that passes. */
  async until(passes: (state: LiveState) => boolean, withinMs = 15_000): Promise<LiveState> {
    const deadline = performance.now() + withinMs;
    while (!this.state || !passes(this.state)) {
      if (performance.now() > deadline) throw new Error(`not seen: ${JSON.stringify(this.state?.notices)}`);
      await new Promise((resolved) => setTimeout(resolved, 20));
    }
    return this.state;
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.#done;
  }
}
