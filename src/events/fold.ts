import type { OrderEvent } from './schema.ts';

/** What a consumer does with an event that the schema accepts and whose products are known. */
export type Verdict = 'applied' | 'superseded' | 'stale' | 'duplicate';

/**
 * Order states by the version guard, in memory: whatever the order, delay or repetition in which events come, the newest
 * version of each order is what remains. The oracle for every other consumer.
 */
export class OrderFold {
  /** The newest event of each order, by order_id. */
  readonly orders = new Map<string, OrderEvent>();

  /** Takes one event, alone. */
  apply(event: OrderEvent): Exclude<Verdict, 'superseded'> {
    const newest = this.orders.get(event.order_id)?.version ?? 0;
    if (event.version > newest) {
      this.orders.set(event.order_id, event);
      return 'applied';
    }
    return event.version === newest ? 'duplicate' : 'stale';
  }

  /**
   * Takes a micro-batch at once; the verdicts are in its order. An event that is in the batch before, or is what the
   * order is at, is a duplicate; one that is older than what the order is at is stale; of the rest the highest version
   * of an order is applied and the others are superseded.
   */
  applyBatch(batch: readonly OrderEvent[]): Verdict[] {
    const highest = new Map<string, number>();
    for (const { order_id, version } of batch) {
      if (version > (highest.get(order_id) ?? 0)) highest.set(order_id, version);
    }
    const before = new Map<string, number>();
    for (const id of highest.keys()) before.set(id, this.orders.get(id)?.version ?? 0);
    const seen = new Set<string>();
    return batch.map((event) => {
      const { order_id, version } = event;
      const stored = before.get(order_id) ?? 0;
      const identity = `${order_id} ${version}`;
      if (version === stored || seen.has(identity)) return 'duplicate';
      if (version < stored) return 'stale';
      seen.add(identity);
      if (version < (highest.get(order_id) ?? 0)) return 'superseded';
      this.orders.set(order_id, event);
      return 'applied';
    });
  }
}

/** The states that `events` lead to. */
export function fold(events: Iterable<OrderEvent>): Map<string, OrderEvent> {
  const states = new OrderFold();
  for (const event of events) states.apply(event);
  return states.orders;
}
