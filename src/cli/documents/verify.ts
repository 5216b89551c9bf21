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
    seconds: seconds('the whole comparison'),
  })
  .meta(
    documentMeta(
      'verify',
      'Shop against curated, in one snapshot. Exit code 3 when something differs, with --strict also when something is pending.',
      {
        ok: true,
        checks: [
          { name: 'order_lines', ok: true, expected: 513, actual: 513 },
          { name: 'revenue', ok: true, expected: '73398.73', actual: '73398.73' },
        ],
        curated_days: 10,
        pending: [],
        pending_days: 0,
        uncurated: [],
        uncurated_days: 0,
        pending_customers: 0,
        pending_products: 0,
        seconds: 0.052,
      },
    ),
  );
