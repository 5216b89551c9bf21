import { AliasTable } from '../olist/synthetic/alias-table.ts';
import type { Random } from '../olist/synthetic/random.ts';
import { type Corruption, corrupt } from './corrupt.ts';
import {
  type DirtyKind,
  dirtyKinds,
  type EventSource,
  eventTypeOf,
  type ProducedEvent,
  statuses,
} from './event.ts';
import { isFinal } from './life-cycle.ts';
import { streamOf } from './streams.ts';

export interface DirtOptions {
  /** The clean stream; what comes of it is not changed by what is mixed in. */
  source: EventSource;
  /** Seed, start time, catalogue and shard of the clean stream: the dirt is as reproducible as it is. */
  seed: number;
  startTime: number;
  catalogue: { digest: string };
  shard?: { index: number; count: number } | undefined;
  /** Share of the messages that are dirty, 0 … 1; each kind comes as often as any other, but huge ones a tenth of that. */
  share: number;
}

/**
 * Mixes dirt into a clean stream; `dirty` of each message names its kind.
 *
 * A huge message has up to 700 KB, and the broker's limit of 1 MB is on a whole batch of records: whoever sends has to
 * cut batches by bytes, not by messages alone.
 */
export const withDirt = (options: DirtOptions): EventSource => new DirtySource(options);

/** Most events that wait for their order's next one, to come after it. */
const mostWaiting = 2_000;

const finalTypes = new Set<string>(statuses.filter(isFinal).map(eventTypeOf));

const weights = dirtyKinds.map((kind) => (kind === 'huge' ? 0.1 : 1));

class DirtySource implements EventSource {
  private readonly source: EventSource;
  private readonly share: number;
  private readonly random: Random;
  private readonly kinds = new AliasTable(weights);
  /** The event sent before, with no newer one of its order. */
  private last: ProducedEvent | undefined;
  /** A kind that was drawn and can only be made of a later event. */
  private owed: DirtyKind | undefined;
  /** Stale and out-of-order events by their order, until its next one was sent. */
  private readonly waiting = new Map<string, ProducedEvent>();
  /** The one whose turn it is. */
  private ready: ProducedEvent | undefined;

  constructor({ source, seed, startTime, catalogue, shard = { index: 0, count: 1 }, share }: DirtOptions) {
    this.source = source;
    this.share = share;
    this.random = streamOf('dirt', seed, startTime, catalogue.digest, shard.index, shard.count);
  }

  next(now: number): ProducedEvent {
    const { ready } = this;
    if (ready !== undefined) {
      this.ready = undefined;
      return ready;
    }
    const kind = this.owed ?? this.drawKind();
    this.owed = undefined;
    switch (kind) {
      case undefined:
        return this.clean(now);
      case 'stale':
      case 'out_of_order':
        return this.postpone(kind, now);
      case 'late':
        this.last = corrupt(kind, this.pull(now), this.random);
        return this.last;
      default:
        return this.extra(kind, now);
    }
  }

  private drawKind(): DirtyKind | undefined {
    const { random } = this;
    return random.uniform() < this.share ? dirtyKinds[this.kinds.draw(random)] : undefined;
  }

  /** The next clean event; lets an event out that waited for it. */
  private pull(now: number): ProducedEvent {
    const event = this.source.next(now);
    this.ready = this.waiting.get(event.key);
    if (this.ready !== undefined) this.waiting.delete(event.key);
    return event;
  }

  private clean(now: number): ProducedEvent {
    this.last = this.pull(now);
    return this.last;
  }

  /** Something made of the event before. */
  private extra(kind: Exclude<Corruption, 'late'> | 'duplicate', now: number): ProducedEvent {
    const { last } = this;
    if (last === undefined) {
      this.owed = kind;
      return this.clean(now);
    }
    return kind === 'duplicate' ? { ...last, dirty: kind } : corrupt(kind, last, this.random);
  }

  /** Lets the next event, or a copy of it, come after its order's next one. */
  private postpone(kind: 'stale' | 'out_of_order', now: number): ProducedEvent {
    const event = this.clean(now);
    if (finalTypes.has(event.type) || this.ready !== undefined || this.waiting.size >= mostWaiting) {
      this.owed = kind;
      return event;
    }
    this.waiting.set(event.key, { ...event, dirty: kind });
    if (kind === 'stale') return event;
    this.last = undefined;
    return this.clean(now);
  }
}
