import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDirt } from '../../src/events/dirty.ts';
import { readOrderEvent } from '../../src/events/read-event.ts';
import type { OrderEvent } from '../../src/events/schema.ts';
import { root } from '../support/server.ts';
import { type JavaReader, type StagedEvent, startJavaReader } from './java-reader.ts';
import { limits } from './limits.ts';
import { mutations, oddBytes } from './mutations.ts';
import { catalogue, generator, startTime, take } from './sample.ts';

/** The stream reads events in Java (spark/stream-java): it has to come to the same verdict as the schema. */
let java: JavaReader;
const seen = { accepted: 0, refused: 0, malformed: 0 };

beforeAll(async () => {
  java = await startJavaReader();
});
afterAll(() => java.close());

const staged = (event: OrderEvent): StagedEvent => ({
  order_id: event.order_id,
  version: event.version,
  status: event.status,
  event_time: Date.parse(event.event_time),
  order_timestamp: Date.parse(event.order_timestamp),
  customer_id: event.customer.id,
  customer_name: event.customer.name,
  customer_email: event.customer.email,
  customer_created_at: Date.parse(event.customer.created_at),
  product_ids: event.lines.map(({ product_id }) => product_id),
  quantities: event.lines.map(({ quantity }) => quantity),
  prices: event.lines.map(({ price }) => {
    const [whole, cents = ''] = price.split('.');
    return `${whole}.${cents.padEnd(2, '0')}`;
  }),
});

/** `lines.0.price` of `lines.0.price: …`; each side words the rest its own way. */
const pathOf = (refused: string | undefined): string | undefined => refused?.split(': ')[0];

async function sameOnBothSides(value: Uint8Array): Promise<void> {
  const here = readOrderEvent(value);
  const there = await java.read(value);
  const what = Buffer.from(value).toString('latin1').slice(0, 2_000);
  if (here.event) {
    expect(there, what).toEqual({ event: staged(here.event) });
    seen.accepted++;
  } else {
    expect(pathOf(there.refused), `${what}\n${here.refused} / ${there.refused}`).toBe(pathOf(here.refused));
    if (here.refused === 'malformed_json') seen.malformed++;
    else seen.refused++;
  }
}

const schema = JSON.parse(readFileSync(join(root, 'docs', 'schemas', 'order-event.json'), 'utf8'));
const [example] = schema.examples;

/** What a reader that guesses encodings would take in any of them. */
const ascii = JSON.stringify(example).replace('é', 'e');

/** The example's text, with one piece of it replaced. */
function withText(piece: string, by: string): Buffer {
  const text = JSON.stringify(example);
  if (!text.includes(piece)) throw new Error(`no ${piece} in ${text}`);
  return Buffer.from(text.replace(piece, () => by));
}

describe('the Java reader and the schema agree', () => {
  it('on what produce --dirty sends', async () => {
    const events = take(withDirt({ source: generator(), catalogue, seed: 7, startTime, share: 0.3 }), 20_000);
    for (const { value } of events) await sameOnBothSides(value);
    expect(seen.accepted).toBeGreaterThan(14_000);
    expect(seen.refused + seen.malformed).toBeGreaterThan(2_500);
  }, 120_000);

  it('on good messages that are changed in any way', async () => {
    seen.accepted = seen.refused = seen.malformed = 0;
    const events = take(generator(), 50).map(({ value }) => JSON.parse(value.toString()));
    const runs = Number(process.env['SHOP_TEST_READER_RUNS'] ?? 8_000);
    await fc.assert(fc.asyncProperty(mutations([example, ...events]), sameOnBothSides), { numRuns: runs });
    // Changes that left nothing to accept, or nothing to refuse, would show little.
    expect(seen.accepted).toBeGreaterThan(runs / 12);
    expect(seen.refused).toBeGreaterThan(runs / 4);
    expect(seen.malformed).toBeGreaterThan(runs / 8);
  }, 300_000);

  it.each(Object.entries(limits))('on the limits of %s', async (piece, values) => {
    for (const value of values) await sameOnBothSides(withText(piece, value));
  });

  it('on bytes within a text that are no UTF-8, or look as if', async () => {
    const [before = '', after = ''] = withText('Célia Macedo', 'X').toString('latin1').split('X');
    for (const hex of oddBytes.split(' ')) {
      await sameOnBothSides(
        Buffer.from(before + Buffer.from(hex, 'hex').toString('latin1') + after, 'latin1'),
      );
    }
  });

  it('that every field which the schema requires is needed', async () => {
    const required: [string, ...string[]][] = [
      ...schema.required.map((field: string) => [field]),
      ...schema.properties.customer.required.map((field: string) => ['customer', field]),
      ...schema.properties.lines.items.required.map((field: string) => ['lines', '0', field]),
    ];
    expect(required).toHaveLength(16);
    for (const path of required) {
      const event = structuredClone(example);
      const field = path.at(-1) as string;
      delete path.slice(0, -1).reduce((within, name) => within[name], event)[field];
      expect(pathOf((await java.read(Buffer.from(JSON.stringify(event)))).refused)).toBe(path.join('.'));
      await sameOnBothSides(Buffer.from(JSON.stringify(event)));
    }
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), withText('2', '2')])],
    ['UTF-16', Buffer.from(ascii, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(ascii, 'utf16le').swap16()],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${ascii}`, 'utf16le')],
    ['UTF-32', Buffer.from(Array.from(ascii, (c) => [c.charCodeAt(0), 0, 0, 0]).flat())],
    ['UTF-32, big-endian', Buffer.from(Array.from(ascii, (c) => [0, 0, 0, c.charCodeAt(0)]).flat())],
    [
      'a deep unknown field',
      withText('"version"', `"x":${'['.repeat(300_000)}${']'.repeat(300_000)},"version"`),
    ],
    ['a deep customer', withText('"Célia Macedo"', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
    ['only depth, never closed', Buffer.from('['.repeat(500_000))],
    ['a number of 900,000 digits', withText('"version":2', `"version":2,"x":${'9'.repeat(900_000)}`)],
    ['a version of 900,000 digits', withText('"version":2', `"version":2.${'0'.repeat(900_000)}`)],
    ['a name of a field of 200,000 letters', withText('"version"', `"${'v'.repeat(200_000)}":1,"version"`)],
    ['a text of 900,000 letters', withText('Célia Macedo', 'x'.repeat(900_000))],
    ['20,000 unknown fields', withText('"version"', `${unknownFields(20_000)}"version"`)],
    ['__proto__', withText('"version":2', '"__proto__":{"version":2}')],
    [
      '5,000 lines',
      withText('"lines":[', `"lines":[${`${JSON.stringify(example.lines[0])},`.repeat(5_000)}`),
    ],
    ['a trailing comma', withText('}]}', '}],}')],
    ['a second document', Buffer.from(JSON.stringify(example).repeat(2))],
  ])('on %s', async (_, value) => {
    await sameOnBothSides(value);
  });
});

function unknownFields(count: number): string {
  return Array.from({ length: count }, (_, n) => `"${n.toString(36)}":${n},`).join('');
}
