import {
  type DirtyKind,
  dirtyKinds,
  type EventType,
  eventTypeOf,
  type ProducedEvent,
  statuses,
} from '../event.ts';

type CountedType = EventType | 'invalid';

/** What was acked, by event type and by kind of dirt. */
export class Tally {
  readonly #types = new Map<CountedType, number>();
  readonly #dirty = new Map<DirtyKind, number>();

  add({ type, dirty }: ProducedEvent): void {
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    if (dirty !== undefined) this.#dirty.set(dirty, (this.#dirty.get(dirty) ?? 0) + 1);
  }

  /** Those that came, in the order of an order's life; `invalid` are dirty ones that are no order event at all. */
  byType(): Record<string, number> {
    return counted([...statuses.map(eventTypeOf), 'invalid' as const], this.#types);
  }

  /** Those that came, in the order of `dirtyKinds`. */
  dirty(): Record<string, number> {
    return counted(dirtyKinds, this.#dirty);
  }
}

function counted<K extends string>(
  names: readonly K[],
  counts: ReadonlyMap<K, number>,
): Record<string, number> {
  const there = names.map((name) => [name, counts.get(name) ?? 0] as const).filter(([, n]) => n > 0);
  return Object.fromEntries(there);
}
