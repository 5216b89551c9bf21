import { setTimeout as delay } from 'node:timers/promises';
import type { Outgoing } from './outgoing.ts';
import { partitionOf } from './partition.ts';
import type { SealedBatch } from './produce-request.ts';
import { type BatchLimits, PartitionQueue } from './queue.ts';
import { encodeRecordBatch } from './record-batch.ts';
import type { Answer } from './session.ts';
import { meaningOf, type Verdict } from './verdict.ts';

/** What a sender needs of a `ProducerSession`. */
export interface Session {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly partitions: number;
  produce(batches: readonly SealedBatch[]): Promise<Answer[]>;
  recover(): Promise<void>;
}

export interface SenderOptions {
  session: Session;
  /** Called with each batch that Kafka has acknowledged. */
  onAcked(items: readonly Outgoing[]): void;
  /** For how long Kafka may answer nothing useful before the sender gives up. */
  patienceMs: number;
  /** Ends every wait; what is not acked by then is given up. */
  giveUp: AbortSignal;
}

interface Unsettled extends SealedBatch {
  items: Outgoing[];
}

const batchLimits: BatchLimits = { events: 1_000, bytes: 900_000 };
const requestLimits: BatchLimits = { events: 2_000, bytes: 4_000_000 };
const sequenceEnd = 2 ** 31;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Sends what is added, each partition's events in their order, with exactly one request in flight. A batch is encoded
 * once, with its sequence numbers; until Kafka has said what became of it, the same bytes are sent and nothing else goes
 * to that partition. So whatever got lost, the request or its answer, a batch is in the log once. It is never sent
 * under a second producer id: the broker could not know it again.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #queues: PartitionQueue[];
  readonly #sequences: number[];
  readonly #limits: BatchLimits[];
  readonly #unsettled = new Map<number, Unsettled>();
  #turn = 0;
  #closed = false;
  #wake: () => void = () => undefined;
  #trouble: { since: number; text: string } | null = null;
  #failure: string | null = null;
  #done = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    const { partitions } = options.session;
    this.#queues = Array.from({ length: partitions }, () => new PartitionQueue());
    this.#sequences = Array.from({ length: partitions }, () => 0);
    this.#limits = Array.from({ length: partitions }, () => batchLimits);
  }

  /** What Kafka is waited for, and since when (`performance.now()`). */
  get trouble(): { since: number; text: string } | null {
    return this.#trouble;
  }

  /** Why it gave up; null while it has not. */
  get failure(): string | null {
    return this.#failure;
  }

  add(item: Outgoing): void {
    this.#queues[partitionOf(item.event.key, this.#queues.length)]?.push(item);
    this.#wake();
  }

  /** No more is added: `run` ends when everything is settled. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Sends until `close`, or until it gives up: then `failure` says why. */
  async run(): Promise<void> {
    const { giveUp } = this.#options;
    // One race for the whole run: a promise that stays pending keeps every race it ever was in.
    let stop: () => void = () => undefined;
    const givenUp = new Promise<void>((resolve) => {
      stop = resolve;
      if (giveUp.aborted) resolve();
      giveUp.addEventListener('abort', stop);
    });
    await Promise.race([this.#send(), givenUp]);
    giveUp.removeEventListener('abort', stop);
    if (giveUp.aborted && !this.#done) this.#failure ??= this.#trouble?.text ?? 'interrupted';
  }

  async #send(): Promise<void> {
    let pause = firstPauseMs;
    while (this.#failure === null) {
      if (this.#seal() === 0) {
        if (this.#closed) break;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (await this.#round()) {
        pause = firstPauseMs;
      } else {
        await this.#options.session.recover();
        await delay(pause);
        pause = Math.min(longestPauseMs, pause * 2);
      }
    }
    this.#done = true;
  }

  /** Fills the next request; what is unsettled is part of it already. */
  #seal(): number {
    const { length } = this.#queues;
    let events = 0;
    let bytes = 0;
    for (const batch of this.#unsettled.values()) {
      events += batch.items.length;
      bytes += batch.bytes.length;
    }
    // Each time from another partition, so that a full request starves none.
    this.#turn = (this.#turn + 1) % length;
    for (let n = 0; n < length && events < requestLimits.events && bytes < requestLimits.bytes; n++) {
      const partition = (this.#turn + n) % length;
      const queue = this.#queues[partition] as PartitionQueue;
      if (queue.length === 0 || this.#unsettled.has(partition)) continue;
      const cut = queue.cut(this.#limits[partition] as BatchLimits);
      const { producerId, producerEpoch } = this.#options.session;
      const firstSequence = this.#sequences[partition] as number;
      const identity = { producerId, producerEpoch, firstSequence };
      const encoded = encodeRecordBatch(cut.items, cut.bytes, identity, Date.now());
      this.#unsettled.set(partition, { partition, bytes: encoded, items: cut.items });
      events += cut.items.length;
      bytes += encoded.length;
    }
    return this.#unsettled.size;
  }

  /** One request and its answer; false where some of it must be tried again. */
  async #round(): Promise<boolean> {
    const answers = await this.#options.session.produce([...this.#unsettled.values()]);
    // It has given up meanwhile, and said so.
    if (this.#failure !== null) return true;
    let trouble: string | null = null;
    for (const answer of answers) {
      const { verdict, text } =
        'trouble' in answer
          ? ({ verdict: 'again', text: answer.trouble } as const)
          : meaningOf(answer.errorCode);
      if (verdict === 'again') trouble = text;
      else this.#settle(answer.partition, verdict, text);
    }
    if (trouble === null) {
      this.#trouble = null;
      return true;
    }
    const since = this.#trouble?.since ?? performance.now();
    this.#trouble = { since, text: trouble };
    if (performance.now() - since > this.#options.patienceMs) this.#failure ??= trouble;
    return false;
  }

  #settle(partition: number, verdict: Exclude<Verdict, 'again'>, text: string): void {
    const batch = this.#unsettled.get(partition);
    if (batch === undefined) return;
    const { items } = batch;
    if (verdict === 'written') {
      this.#sequences[partition] = ((this.#sequences[partition] as number) + items.length) % sequenceEnd;
      this.#unsettled.delete(partition);
      this.#options.onAcked(items);
    } else if (verdict === 'too_large' && items.length > 1) {
      // Nothing of it was written, so its sequence numbers are free.
      this.#limits[partition] = { ...batchLimits, bytes: Math.ceil(batch.bytes.length / 2) };
      this.#unsettled.delete(partition);
      this.#queues[partition]?.putBack(items);
    } else {
      this.#failure ??= text;
    }
  }
}
