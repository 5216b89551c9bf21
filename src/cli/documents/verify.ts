import { z } from 'zod';
import { businessDay, documentMeta, rowCount, seconds } from './values.ts';

const side = z.union([z.string(), z.number()]);

export const verifyDocument = z
  .strictObject({
    ok: z.boolean().describe('whether every check passed; the exit code is 3 otherwise'),
    checks: z.array(
      z.strictObject({
        name: z.string().describe('what was compared, e.g. fact_orders'),
        ok: z.boolean().describe('whether both sides agree'),
        expected: side.describe('what it should be, for people'),
        actual: side.describe('what it is, with the first differences, for people; as `expected` where ok'),
      }),
    ),
    curated_days: rowCount('business days that are curated'),
    pending: z
      .array(businessDay)
      .describe('curated days whose orders changed since: not compared with the shop until the next run'),
    pending_days: rowCount('how many these are'),
    uncurated: z.array(businessDay).describe('days with orders that were never curated; no failure'),
    uncurated_days: rowCount('how many these are'),
    pending_customers: rowCount('customers whose attributes changed since the last run'),
    pending_products: rowCount('products whose attributes changed since the last run'),
    live: z
      .boolean()
      .describe('whether the real-time rollups were ever made; where not, nothing is compared with them'),
    streams: z
      .array(
        z.strictObject({
          name: z.string().describe('the stream'),
          topic: z.string().describe('what it reads'),
          read: rowCount('messages that it has read since it was made or reset'),
          rejected: rowCount('those of them that it refused'),
          lag: z
            .int()
            .nonnegative()
            .nullable()
            .describe(
              'messages that were in Kafka and not yet in the tables; no failure; null where Kafka does not say',
            ),
          unchecked: z
            .string()
            .nullable()
            .describe('why the ledger was not held against Kafka; null where it was'),
        }),
      )
      .describe('empty where no stream was ever started: then there are no checks of streams'),
    deep: z
      .strictObject({
        messages: rowCount('messages that were read again'),
        orders: rowCount('orders that they are about'),
        deleted: rowCount('messages of the ledger that retention has deleted'),
        complete: z
          .boolean()
          .describe(
            'false where messages were applied that Kafka or the ledger has no more: then orders may be ahead of the fold',
          ),
        seconds: seconds('reading and folding'),
        events_per_s: rowCount('messages a second'),
      })
      .nullable()
      .describe('what --deep read; null without it, and where there is no stream'),
    seconds: seconds('the whole comparison'),
  })
  .meta(
    documentMeta(
      'verify',
      'Shop against curated, rollups and the books of streams, in one snapshot. Exit code 3 when something differs, with --strict also when something is pending, lags or could not be checked.',
      {
        ok: true,
        checks: [
          { name: 'order_lines', ok: true, expected: 513, actual: 513 },
          { name: 'revenue', ok: true, expected: '73398.73', actual: '73398.73' },
          { name: 'live_hourly_sales', ok: true, expected: '152 rows', actual: '152 rows' },
          { name: 'stream_batches', ok: true, expected: '208 batches', actual: '208 batches' },
        ],
        curated_days: 10,
        pending: [],
        pending_days: 0,
        uncurated: [],
        uncurated_days: 0,
        pending_customers: 0,
        pending_products: 0,
        live: true,
        streams: [
          { name: 'orders', topic: 'shop.orders', read: 52013, rejected: 512, lag: 37, unchecked: null },
        ],
        deep: null,
        seconds: 0.052,
      },
    ),
  );
