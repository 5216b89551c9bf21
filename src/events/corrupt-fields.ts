import type { Random } from '../olist/synthetic/random.ts';
import type { OrderEvent } from './schema.ts';

/** An event as parsed JSON, about to be spoilt: any field may get any value. */
export type EventJson = OrderEvent & { [field: string]: unknown };

/** Makes an event one that the schema refuses. */
type Change = (event: EventJson, random: Random) => void;

/** Ways to spoil single fields, by kind. */
export const changes: Readonly<
  Record<'wrong_type' | 'nul' | 'number_range' | 'date_range' | 'huge', readonly Change[]>
> = {
  wrong_type: [
    set('version', '2'),
    set('version', 1.5),
    set('status', 'teleported'),
    set('order_id', 42),
    set('order_id', 'not-a-uuid'),
    set('customer', 'Célia Macedo'),
    set('customer', null),
    set('lines', []),
    set('lines', {}),
    set('event_time', 1_772_460_309),
    set('event_time', '02/03/2026 14:05'),
    inLine('price', 19.9),
    inLine('quantity', 'two'),
    inLine('product_id', null),
    (event) => Reflect.deleteProperty(event, 'order_timestamp'),
    (event) => event.lines.push({ ...(event.lines[0] as OrderEvent['lines'][number]) }),
    (event) => {
      event.event_type = event.status === 'created' ? 'order_shipped' : 'order_created';
    },
  ],
  nul: [
    (event) => {
      event.customer.name += '\0';
    },
    (event) => {
      event.customer.email = `\0${event.customer.email}`;
    },
    // Half of a surrogate pair: JSON can say it, UTF-8 and so Postgres cannot.
    (event) => {
      event.customer.name = `\ud83d${event.customer.name}`;
    },
  ],
  number_range: [
    set('version', 0),
    set('version', -1),
    set('version', 2_147_483_648),
    inLine('quantity', 0),
    inLine('quantity', -3),
    inLine('quantity', 2_147_483_648),
    inLine('quantity', 1e300),
    inLine('price', '10000000000.00'),
    inLine('price', `${'9'.repeat(400)}.99`),
    inLine('price', '-19.90'),
    inLine('price', '19.999'),
    inLine('price', 'NaN'),
    inLine('price', '1e9'),
  ],
  date_range: [
    set('order_timestamp', '+294277-01-01T00:00:00.000Z'),
    set('order_timestamp', '-004714-11-23T00:00:00.000Z'),
    set('order_timestamp', '0000-01-01T00:00:00.000Z'),
    set('order_timestamp', '2026-02-30T12:00:00.000Z'),
    set('event_time', '99999-12-31T23:59:59.999Z'),
    set('event_time', '2026-13-01T00:00:00.000Z'),
    set('event_time', 'infinity'),
    (event) => {
      event.customer.created_at = '9999-12-31T23:59:59.999Z';
    },
  ],
  huge: [
    (event, random) => {
      event.customer.name = 'x'.repeat(250_000 + random.below(450_000));
    },
  ],
};

function set(field: keyof OrderEvent, value: unknown): Change {
  return (event) => Object.assign(event, { [field]: value });
}

function inLine(field: keyof OrderEvent['lines'][number], value: unknown): Change {
  return (event) => Object.assign(event.lines[0] ?? {}, { [field]: value });
}
