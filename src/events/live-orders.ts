import type { Path } from './life-cycle.ts';

/** An order under way; what never changes is ready as text. */
export interface LiveOrder {
  key: string;
  path: Path;
  /** Events of it so far. */
  version: number;
  /** Number of the shard's event that is its next step, or a later one. */
  due: number;
  /** The event's JSON from order_id to its end. */
  tail: string;
  lines: string;
}

/** Orders by their next step: a binary heap; of two that are due at once the one that comes first is open but fixed. */
export class LiveOrders {
  private readonly heap: LiveOrder[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The order that is due first. */
  first(): LiveOrder | undefined {
    return this.heap[0];
  }

  add(order: LiveOrder): void {
    const { heap } = this;
    let place = heap.length;
    heap.push(order);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as LiveOrder;
      if (above.due <= order.due) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = order;
  }

  /** Puts the first order where its new `due` belongs. */
  postponeFirst(): void {
    const first = this.heap[0];
    if (first !== undefined) this.sink(first);
  }

  removeFirst(): void {
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
  }

  /** Puts `order` in the place of the first and lets it sink. */
  private sink(order: LiveOrder): void {
    const { heap } = this;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const right = heap[child + 1];
      let below = heap[child] as LiveOrder;
      if (right !== undefined && right.due < below.due) {
        below = right;
        child++;
      }
      if (order.due <= below.due) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = order;
  }
}
