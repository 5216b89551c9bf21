import { type Outgoing, recordBytes } from './outgoing.ts';

/** How much goes into one batch; a broker takes 1 MB unless its topic says otherwise. */
export interface BatchLimits {
  events: number;
  bytes: number;
}

/** What waits for one partition, first in first out. */
export class PartitionQueue {
  #items: Outgoing[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: Outgoing): void {
    this.#items.push(item);
  }

  /** The next batch: at least one event where there is any, and an upper bound of the bytes it takes. */
  cut(limits: BatchLimits): { items: Outgoing[]; bytes: number } {
    let bytes = 0;
    let end = this.#head;
    const last = Math.min(this.#items.length, this.#head + limits.events);
    for (; end < last; end++) {
      const size = recordBytes(this.#items[end] as Outgoing);
      if (end > this.#head && bytes + size > limits.bytes) break;
      bytes += size;
    }
    const items = this.#items.slice(this.#head, end);
    this.#head = end;
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return { items, bytes };
  }

  /** Puts back what was cut last. */
  putBack(items: readonly Outgoing[]): void {
    this.#items = [...items, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }
}
