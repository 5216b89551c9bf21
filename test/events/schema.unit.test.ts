import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orderEventSchemaText } from '../../src/events/json-schema.ts';
import { readOrderEvent } from '../../src/events/read-event.ts';
import { orderEvent } from '../../src/events/schema.ts';

const schema = JSON.parse(orderEventSchemaText());
const [example] = schema.examples;

/** The example with one field changed; a path into it, as `lines.0.price`. */
function changed(path: string, value: unknown): unknown {
  const event = structuredClone(example);
  const fields = path.split('.');
  const last = fields.pop() as string;
  fields.reduce((within, field) => within[field], event)[last] = value;
  return event;
}

describe('the order event', () => {
  it('has an example that is one', () => {
    expect(orderEvent.parse(example)).toEqual(example);
  });

  it('is published as JSON Schema by npm run docs', () => {
    const published = resolve(import.meta.dirname, '../../docs/schemas/order-event.json');
    expect(readFileSync(published, 'utf8')).toBe(orderEventSchemaText());
  });

  it.each([
    ['lines.0.quantity', 2_147_483_647, 'lines.0.price', '0.01'],
    ['lines.0.price', '9999999999.99', 'lines.0.quantity', 1],
    ['lines.0.price', '0', 'version', 2_147_483_647],
    ['order_timestamp', '1900-01-01T00:00:00.000Z', 'event_time', '2999-12-31T23:59:59.999Z'],
    ['event_time', '2024-02-29T00:00:00.000Z', 'customer.name', '𝕏'.repeat(1000)],
    ['customer.name', 'line\nbreak 😀', 'customer.email', 'x'],
  ])('may have %s %j and %s %j', (path, value, other, another) => {
    const event = changed(path, value) as typeof example;
    const second = changed(other, another) as typeof example;
    // Both changes in one event.
    const fields = other.split('.');
    const last = fields.pop() as string;
    fields.reduce((within, field) => within[field], event)[last] = fields.reduce((w, f) => w[f], second)[
      last
    ];
    expect(orderEvent.safeParse(event).error).toBeUndefined();
  });

  it.each([
    ['event_id', '3D5A1F0E-8C41-4B7A-9D27-51F0C2A6E884'],
    ['order_id', '9be2c7d40f354d1bb6a87e21f94c5a03'],
    ['event_type', 'order_refunded'],
    ['event_type', 'order_shipped'],
    ['status', 'shipped'],
    ['status', 'processing'],
    ['version', 0],
    ['version', 2_147_483_648],
    ['version', '2'],
    ['event_time', '2026-03-02T14:05:09Z'],
    ['event_time', '2026-03-02T14:05:09.120+00:00'],
    ['event_time', '2023-02-29T00:00:00.000Z'],
    ['order_timestamp', '1899-12-31T23:59:59.999Z'],
    ['order_timestamp', '3000-01-01T00:00:00.000Z'],
    ['customer.name', ''],
    ['customer.name', 'x'.repeat(1001)],
    ['customer.name', 'a\0b'],
    ['customer.name', '\ud83d'],
    ['customer.email', null],
    ['lines', []],
    ['lines', Array(2).fill(example.lines[0])],
    ['lines.0.quantity', 0],
    ['lines.0.quantity', 1.5],
    ['lines.0.quantity', 2_147_483_648],
    ['lines.0.price', 74.9],
    ['lines.0.price', '-1'],
    ['lines.0.price', '.5'],
    ['lines.0.price', '1.234'],
    ['lines.0.price', '10000000000'],
    ['lines', [{ ...example.lines[0], quantity: 2_000_000_000, price: '500.00' }]],
  ])('cannot have %s %j', (path, value) => {
    expect(orderEvent.safeParse(changed(path, value)).success).toBe(false);
  });

  it('passes over fields that a later version may add', () => {
    expect(orderEvent.parse({ ...example, channel: 'web' })).toEqual(example);
  });
});

describe('reading a message', () => {
  const valueOf = (event: unknown) => Buffer.from(JSON.stringify(event));

  it('gives the event', () => {
    expect(readOrderEvent(valueOf(example))).toEqual({ event: example });
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['half an event', valueOf(example).subarray(0, 100)],
    ['bytes that are no UTF-8', Buffer.from('"caf\xe9"', 'latin1')],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), valueOf(example)])],
  ])('refuses %s as malformed', (_, value) => {
    expect(readOrderEvent(value)).toEqual({ refused: 'malformed_json' });
  });

  it('names the field that is wrong', () => {
    expect(readOrderEvent(valueOf(changed('lines.0.price', '1.234'))).refused).toMatch(/^lines\.0\.price: /);
    expect(readOrderEvent(valueOf([])).refused).toMatch(/^value: /);
  });
});
