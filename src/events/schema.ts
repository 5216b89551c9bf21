import { z } from 'zod';
import { eventTypeOf, statuses } from './event.ts';

/*
 * Order event v1: the one definition of what a message on shop.orders holds. docs/schemas/order-event.json is made of it,
 * the Spark job is held against it. Whatever passes here can be stored: Postgres' limits are part of it.
 */

/** The canonical form only: lower case, with dashes. Olist's ids have none of RFC 9562's version bits. */
const id = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    .describe(what);

/**
 * Years 1900 to 2999: far within what Postgres, Spark and Python can hold, in any time zone. The form is the one that
 * Date.toISOString writes; format date-time sees to it that the day exists.
 */
const instant = (what: string) =>
  z.iso
    .datetime({ precision: 3 })
    .regex(/^(19|2\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    .describe(`${what}; ISO 8601 in UTC with milliseconds`);

/** Longest name and e-mail address, in characters (code points), as Postgres and Python count them. */
export const longest = { name: 1000, email: 320 } as const;

/**
 * Text that Postgres can store: no NUL, no half of a surrogate pair. The length is part of the pattern, since zod's
 * `max` would count UTF-16 units.
 */
const text = (most: number, what: string) =>
  z
    .string()
    .regex(new RegExp(`^[^\\u0000\\ud800-\\udfff]{1,${most}}$`, 'u'))
    .describe(what);

/** Most lines of an order: keeps any event below 20 KB or so. */
const mostLines = 100;

/** The highest value of a line in R$: leaves sums in numeric(18, 2) room for 10,000 such lines. */
const highestLineValue = 1_000_000_000_000;

const line = z
  .object({
    product_id: id('a product of shop.products'),
    quantity: z.int().min(1).max(2_147_483_647).describe('units of this product'),
    price: z
      .string()
      .regex(/^(0|[1-9]\d{0,9})(\.\d{1,2})?$/)
      .describe('unit price in R$, a decimal number as string; numeric(12, 2)'),
  })
  .refine(({ quantity, price }) => quantity * Number(price) < highestLineValue, {
    message: 'quantity × price must be below 1,000,000,000,000',
    path: ['price'],
  });

export const orderEvent = z
  .object({
    event_id: id('names this event'),
    event_type: z.enum(statuses.map(eventTypeOf)).describe('what happened; agrees with status'),
    version: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .describe('1, 2, … within the order: the higher one is newer; (order_id, version) identifies an event'),
    event_time: instant('when it happened'),
    status: z.enum(statuses).describe('state of the order from this event on'),
    order_id: id('the order; also the key of the message'),
    order_timestamp: instant('when the order was placed; the same in every version'),
    customer: z.object({
      id: id('the customer; inserted where shop.customers has none such'),
      name: text(longest.name, 'full name'),
      email: text(longest.email, 'e-mail address'),
      created_at: instant('since when the customer is known'),
    }),
    lines: z
      .array(line)
      .min(1)
      .max(mostLines)
      .describe('what was ordered: one line per product, the same in every version'),
  })
  .refine(({ event_type, status }) => event_type === eventTypeOf(status), {
    message: 'event_type and status disagree',
    path: ['event_type'],
  })
  .refine(({ lines }) => new Set(lines.map(({ product_id }) => product_id)).size === lines.length, {
    message: 'a product is in two lines',
    path: ['lines'],
  });

export type OrderEvent = z.output<typeof orderEvent>;
