import { z } from 'zod';
import { documentMeta, seconds } from './values.ts';

const events = (what: string): z.ZodInt => z.int().nonnegative().describe(`events ${what}`);
const latency = (what: string): z.ZodNullable<z.ZodNumber> =>
  z.number().nonnegative().nullable().describe(`${what}; milliseconds, null where nothing was acked`);

export const produceDocument = z
  .strictObject({
    topic: z.string().describe('where the events went'),
    asked_per_s: z.number().positive().describe('events a second, as --rate says'),
    achieved_per_s: z.number().nonnegative().describe('acked events a second, until the last ack'),
    sent: events('made and handed to Kafka: acked + failed'),
    acked: events('that Kafka has acknowledged: each is there exactly once'),
    failed: events('that Kafka has not acknowledged: they may be there or not'),
    failure: z.string().nullable().describe('why some failed; null where none did'),
    missed: events('that were due and never made, since Kafka did not keep up'),
    seconds: seconds('from the first tick to the last ack'),
    ack_ms: z
      .strictObject({
        p50: latency('half of the events took no longer'),
        p99: latency('99 % took no longer'),
      })
      .describe('from the making of an event to its ack'),
    by_type: z
      .record(z.string(), events('of that type'))
      .describe('acked, by event type; `invalid` where a dirty message is no order event at all'),
    dirty: z.record(z.string(), events('of that kind')).describe('acked dirty messages, by kind'),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 over the sorted (key, version, type, lines) of what was acked'),
    seed: z.int().nonnegative().describe('as --seed says, or the one that was drawn'),
    start_time: z.iso
      .datetime()
      .describe(
        'as --start-time says, or when it began; with seed, producers and the shop it names the orders',
      ),
    interrupted: z.boolean().describe('true when Ctrl-C or SIGTERM ended it'),
  })
  .meta(
    documentMeta(
      'produce',
      'What was sent to Kafka. Exit code 1 when something failed, 130 or 143 when it was interrupted; the document is printed then, too.',
      {
        topic: 'shop.orders',
        asked_per_s: 500,
        achieved_per_s: 499.6,
        sent: 5000,
        acked: 5000,
        failed: 0,
        failure: null,
        missed: 0,
        seconds: 10.008,
        ack_ms: { p50: 2.3, p99: 11.8 },
        by_type: {
          order_created: 1377,
          order_approved: 1271,
          order_shipped: 1206,
          order_delivered: 1120,
          order_canceled: 26,
        },
        dirty: {},
        digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        seed: 7,
        start_time: '2018-05-01T00:00:00.000Z',
        interrupted: false,
      },
    ),
  );
