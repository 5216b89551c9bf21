import { type Catalogue, catalogueOf } from '../../src/events/catalogue.ts';
import type { EventSource, ProducedEvent } from '../../src/events/event.ts';
import { createGenerator, type GeneratorOptions } from '../../src/events/generator.ts';
import { readOrderEvent } from '../../src/events/read-event.ts';
import type { OrderEvent } from '../../src/events/schema.ts';
import { drawUuid, streamOf } from '../../src/events/streams.ts';

export const startTime = Date.parse('2026-03-02T12:00:00.000Z');

/** A made-up shop of some products and customers, the same in every run. */
export function sampleCatalogue(products = 300, customers = 200): Catalogue {
  const random = streamOf('sample');
  return catalogueOf(
    Array.from({ length: products }, () => ({
      id: drawUuid(random),
      price: (random.below(50_000) / 100).toFixed(2),
    })),
    Array.from({ length: customers }, (_, index) =>
      JSON.stringify({
        id: drawUuid(random),
        name: `Célia "Zé" Macedo ${index}`,
        email: `celia.${index}@example.com`,
        created_at: '2018-02-11T09:30:12.000Z',
      }),
    ),
  );
}

export const catalogue = sampleCatalogue();

export const generator = (options: Partial<GeneratorOptions> = {}) =>
  createGenerator({ catalogue, seed: 1, startTime, ...options });

/** The next `count` events, `rate` a second. */
export function take(source: EventSource, count: number, rate = 1_000): ProducedEvent[] {
  return Array.from({ length: count }, (_, n) => source.next(startTime + Math.floor((n * 1_000) / rate)));
}

/** What a clean event says; fails where the schema refuses it. */
export function read(event: ProducedEvent): OrderEvent {
  const reading = readOrderEvent(event.value);
  if (reading.event === undefined) throw new Error(`${reading.refused}: ${event.value.toString()}`);
  return reading.event;
}

/** What the digest sees of each. */
export const contents = (events: readonly ProducedEvent[]) =>
  events.map(({ key, version, type, lines }) => `${key} ${version} ${type} ${lines}`);
