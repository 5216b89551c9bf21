/** States of an order that come as events. Olist's invoiced, processing and unavailable don't. */
export const statuses = ['created', 'approved', 'shipped', 'delivered', 'canceled'] as const;
export type Status = (typeof statuses)[number];
export type EventType = `order_${Status}`;

export const eventTypeOf = (status: Status): EventType => `order_${status}`;

/** What `--dirty` mixes in; `dirty-kinds.ts` says what each one is. */
export const dirtyKinds = [
  'malformed_json',
  'wrong_type',
  'nul',
  'number_range',
  'date_range',
  'unknown_product',
  'huge',
  'duplicate',
  'stale',
  'out_of_order',
  'late',
] as const;
export type DirtyKind = (typeof dirtyKinds)[number];

/** One message for Kafka, with what the producer counts and digests of it. */
export interface ProducedEvent {
  /** The order's id: the message key. */
  key: string;
  /** The message, JSON in UTF-8; some 450 bytes. */
  value: Buffer;
  /** 1, 2, … within the order; 0 where the value is no order event at all. */
  version: number;
  /** `invalid` where the value is no order event at all: the schema refuses it. */
  type: EventType | 'invalid';
  /** `product_id:quantity:price` of each line in the event's order, joined by commas; empty where `type` is invalid. */
  lines: string;
  /** Why this message is not a plain one; undefined for those of the clean stream. */
  dirty: DirtyKind | undefined;
}

/** Endless events: the generator of one shard, or one with dirt mixed in. */
export interface EventSource {
  /**
   * The next event, as of `now` (milliseconds since 1970). Only `event_time`, `order_timestamp` and a new customer's
   * `created_at` come from `now`; which events come, and in which order, does not depend on it. A `now` that goes back
   * counts as the highest so far.
   */
  next(now: number): ProducedEvent;
}
