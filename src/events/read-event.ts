import { type OrderEvent, orderEvent } from './schema.ts';

export type Reading =
  | { event: OrderEvent; refused?: never }
  /** Why the value is no order event: `malformed_json`, or the field that is wrong and how. */
  | { event?: never; refused: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the value of a message, as a consumer has to: bytes that may be anything. Unknown fields are passed over. */
export function readOrderEvent(value: Uint8Array): Reading {
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(value));
  } catch {
    return { refused: 'malformed_json' };
  }
  const { success, data, error } = orderEvent.safeParse(json);
  if (success) return { event: data };
  const [issue] = error.issues;
  return { refused: `${issue?.path.join('.') || 'value'}: ${issue?.message}` };
}
