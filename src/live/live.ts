import { setTimeout as delay } from 'node:timers/promises';
import { ShopPipeError } from '../errors.ts';
import { isOther } from '../stream/status.ts';
import { type Changed, changesOf } from './changes.ts';
import type { Look, Looker } from './looker.ts';
import { Movement } from './movement.ts';
import { noticesOf, troubleOf } from './notices.ts';
import { RateMeter } from './rate-meter.ts';
import type { LiveState, Notice } from './state.ts';
import type { TopicWatch } from './topic-watch.ts';

/** From the beginning of one round to that of the next: with round, way and drawing an order is seen within a second. */
const everyMs = 800;

export interface LiveOptions {
  timezone: string;
  looker: Looker;
  topic: TopicWatch;
  /** Called with what changed since the round before, as JSON. */
  onChange: (change: Changed) => void;
  /** Called when other things are the matter than before. */
  onNotices?: (notices: readonly Notice[]) => void;
}

/** The state of the shop, looked at once a second while somebody watches, and never otherwise. */
export class Live {
  readonly #options: LiveOptions;
  #state: LiveState;
  #rates = new RateMeter();
  #movement = new Movement();
  #watching: AbortController | null = null;
  /** The rounds that run, or ended last. */
  #running: Promise<void> = Promise.resolve();
  /** Rounds so far. */
  rounds = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#state = {
      asOf: null,
      timezone: options.timezone,
      notices: [],
      figures: {},
      moves: [],
      rates: [],
      health: null,
    };
  }

  get state(): Readonly<LiveState> {
    return this.#state;
  }

  /** Somebody watches: rounds begin, unless they run. */
  start(): void {
    if (this.#watching) return;
    const { signal } = (this.#watching = new AbortController());
    // A round that is still under way has the connection.
    this.#running = this.#running.then(() => this.#run(signal));
  }

  /** Nobody watches: the round under way is the last, and the connections are closed. */
  async stop(): Promise<void> {
    this.#watching?.abort();
    this.#watching = null;
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { looker, topic } = this.#options;
    const asking = topic.run(signal);
    while (!signal.aborted) {
      const next = performance.now() + everyMs;
      await this.round();
      const wait = Math.max(0, next - performance.now());
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
    await looker.close();
    await asking;
  }

  /** One look at the database; what it cannot tell is a notice. */
  async round(): Promise<void> {
    const before = this.#state;
    this.rounds += 1;
    try {
      this.#state = this.#after(await this.#options.looker.look());
    } catch (error) {
      if (!(error instanceof ShopPipeError)) throw error;
      this.#state = { ...before, notices: [troubleOf(error)] };
    }
    this.#options.onChange(changesOf(before, this.#state));
    const codes = ({ notices }: LiveState): string => notices.map(({ code }) => code).join();
    if (codes(before) !== codes(this.#state)) this.#options.onNotices?.(this.#state.notices);
  }

  #after({ figures: fresh, books }: Look): LiveState {
    const now = Date.now();
    const before = this.#state;
    const figures = { ...before.figures, ...fresh };
    const hours = fresh['orders-per-hour'];
    const cancellations = fresh.cancellations;
    if (hours && cancellations) this.#rates.add(now, hours, cancellations);
    const ranking = fresh['top-products-today'];
    const { topic, trouble = null } = this.#options.topic.last ?? {};
    const ledger = books.ledger;
    const known = topic !== undefined && ledger !== null && !isOther(ledger, topic) ? topic : null;
    const partitions = [...(known?.partitions ?? [])];
    const health = {
      stream: books.stream,
      etl: books.etl,
      produced: topic ? [...topic.partitions.values()].reduce((sum, { latest }) => sum + latest, 0) : null,
      lag: known
        ? partitions.reduce(
            (sum, [number, { earliest, latest }]) =>
              sum + Math.max(0, latest - (ledger?.next.get(number) ?? earliest)),
            0,
          )
        : null,
    };
    return {
      ...before,
      asOf: new Date(now).toISOString(),
      figures,
      health,
      rates: [...this.#rates.rates],
      moves: ranking ? this.#movement.add(now, ranking) : before.moves,
      notices: noticesOf({ figures, health }, trouble, now),
    };
  }
}
