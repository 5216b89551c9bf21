import type { Random } from '../olist/synthetic/random.ts';
import { changes, type EventJson } from './corrupt-fields.ts';
import type { DirtyKind, ProducedEvent } from './event.ts';
import { drawUuid } from './streams.ts';

/** The kinds that are made of one clean event. */
export type Corruption = Exclude<DirtyKind, 'duplicate' | 'stale' | 'out_of_order'>;

/** A dirty message made of a clean event: a pure function of both. */
export function corrupt(kind: Corruption, clean: ProducedEvent, random: Random): ProducedEvent {
  if (kind === 'malformed_json') return refused(kind, clean, pick(malformed, random)(clean.value, random));
  const event = JSON.parse(clean.value.toString()) as EventJson;
  switch (kind) {
    case 'unknown_product':
      return withUnknownProduct(event, random);
    case 'late': {
      const back = 86_400_000 * (1 + 29 * random.uniform());
      event.event_time = new Date(Date.parse(event.event_time) - Math.floor(back)).toISOString();
      return { ...clean, value: Buffer.from(JSON.stringify(event)), dirty: kind };
    }
    default:
      pick(changes[kind], random)(event, random);
      return refused(kind, clean, Buffer.from(JSON.stringify(event)));
  }
}

const refused = (dirty: Corruption, { key }: ProducedEvent, value: Buffer): ProducedEvent => ({
  key,
  value,
  version: 0,
  type: 'invalid',
  lines: '',
  dirty,
});

/** An order of its own: as a version of the clean one it could be taken for a duplicate just as well. */
function withUnknownProduct(event: EventJson, random: Random): ProducedEvent {
  event.event_id = drawUuid(random);
  event.order_id = drawUuid(random);
  event.version = 1;
  event.event_type = 'order_created';
  event.status = 'created';
  event.event_time = event.order_timestamp;
  event.lines = [{ product_id: drawUuid(random), quantity: 1, price: '19.90' }];
  const { order_id: key, version, event_type: type } = event;
  const value = Buffer.from(JSON.stringify(event));
  return {
    key,
    value,
    version,
    type,
    lines: `${event.lines[0]?.product_id}:1:19.90`,
    dirty: 'unknown_product',
  };
}

const malformed: readonly ((value: Buffer, random: Random) => Buffer)[] = [
  (value, random) => Buffer.from(value.subarray(0, 1 + random.below(value.length - 1))),
  // 0xff is in no UTF-8; within a text, so that a reader that lets it pass has valid JSON.
  (value) => Buffer.from(value.toString('latin1').replace('"name":"', '"name":"\xff'), 'latin1'),
  (value) => Buffer.concat([value, Buffer.from('}')]),
  (value) => Buffer.from(value.toString().replaceAll('"', "'")),
  () => Buffer.from('not json'),
  () => Buffer.alloc(0),
];

const pick = <T>(from: readonly T[], random: Random): T => from[random.below(from.length)] as T;
