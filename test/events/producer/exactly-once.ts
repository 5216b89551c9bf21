import { tmpdir } from 'node:os';
import { expect } from 'vitest';
import { digestOf } from '../../../src/events/digest.ts';
import { readOrderEvent } from '../../../src/events/read-event.ts';
import type { Message } from './topic-contents.ts';

/** Holds a topic without dirt against what one run says it sent: each event once, each order's in order and without a gap. */
export function expectExactlyOnce(
  messages: readonly Message[],
  said: { acked: number; digest: string },
): void {
  expect(messages.length).toBe(said.acked);
  expectWholeLives(messages);
  expect(digestOf(messages, tmpdir())).toBe(said.digest);
}

/** Of each order the versions 1, 2, … as they lie in the topic: nothing lost in between, nothing twice, nothing early. */
export function expectWholeLives(messages: readonly Message[]): void {
  const versions = new Map<string, number[]>();
  for (const { key, value } of messages) {
    const { event } = readOrderEvent(value);
    expect(event?.order_id).toBe(key);
    versions.set(key, [...(versions.get(key) ?? []), event?.version ?? 0]);
  }
  const wrong = [...versions].filter(([, seen]) => seen.some((version, index) => version !== index + 1));
  expect(wrong).toEqual([]);
}
