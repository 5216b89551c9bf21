import type { ProducedEvent } from '../event.ts';

/** One event on its way into Kafka. */
export interface Outgoing {
  event: ProducedEvent;
  /** `performance.now()` when it was made. */
  madeAt: number;
}

/** At least what the event takes in a record batch: its texts, and at most 24 bytes of lengths. */
export const recordBytes = ({ event: { key, value } }: Outgoing): number =>
  key.length * 3 + value.length + 24;
