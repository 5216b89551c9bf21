import { z } from 'zod';
import { businessDay, documentMeta, rowCount, seconds } from './values.ts';

const tableRows = {
  fact_orders: rowCount('order lines of the days made anew'),
  dim_customers: rowCount('customers computed anew: all of them, or those whom the days touch'),
  dim_products: rowCount('products computed anew: all of them, or those that the days touch'),
  daily_sales: rowCount('days with orders'),
  daily_product_sales: rowCount('pairs of day and product'),
  daily_category_sales: rowCount('pairs of day and category'),
  hourly_sales: rowCount('local hours with orders'),
};

const tableChange = z.strictObject({
  deleted: rowCount('rows that were taken away'),
  written: rowCount('rows that were inserted or updated; rows that were right already are not written'),
});

export const etlRunDocument = z
  .strictObject({
    run_id: z.int().positive().describe('run_id in ops.etl_runs'),
    days: z.array(businessDay).describe('business days that were made anew, ascending'),
    empty_days: z.array(businessDay).describe('those of `days` without a single order line'),
    rows: z.strictObject(tableRows).describe('rows that were computed and checked, by curated table'),
    changes: z
      .strictObject(
        Object.fromEntries(Object.keys(tableRows).map((name) => [name, tableChange])) as {
          [table in keyof typeof tableRows]: typeof tableChange;
        },
      )
      .describe('rows that were really written, by curated table; all others were as they should be'),
    seconds: z
      .object({
        total: seconds('the whole command'),
        job: seconds('the Spark job, its start included'),
      })
      .catchall(seconds('one stage of the job'))
      .describe('where the time went; beside `total` and `job` one figure per stage, whose names may change'),
    checks: z
      .array(
        z.strictObject({
          name: z.string().describe('what was compared'),
          ok: z
            .literal(true)
            .describe('always true: a run with a failed check publishes nothing and is an error'),
          expected: z.string().describe("of the shop's snapshot, for people"),
          actual: z.string().describe('of what was to be published, for people'),
        }),
      )
      .describe('the audit inside of the publishing transaction'),
    pending_days: rowCount('days that are marked as changed and wait for a run'),
  })
  .meta(
    documentMeta('etl run', 'What was published. A day without orders succeeds and is in `empty_days`.', {
      run_id: 1,
      days: ['2018-08-30', '2018-08-31'],
      empty_days: [],
      rows: {
        fact_orders: 102,
        dim_customers: 97,
        dim_products: 99,
        daily_sales: 2,
        daily_product_sales: 99,
        daily_category_sales: 51,
        hourly_sales: 36,
      },
      changes: {
        fact_orders: { deleted: 0, written: 102 },
        dim_customers: { deleted: 0, written: 97 },
        dim_products: { deleted: 0, written: 99 },
        daily_sales: { deleted: 0, written: 2 },
        daily_product_sales: { deleted: 0, written: 99 },
        daily_category_sales: { deleted: 0, written: 51 },
        hourly_sales: { deleted: 0, written: 36 },
      },
      seconds: { total: 14.6, job: 9.898, start: 2.975, read: 1.979, write: 3, publish: 0.107 },
      checks: [{ name: 'fact_orders_revenue', ok: true, expected: '14636.96', actual: '14636.96' }],
      pending_days: 0,
    }),
  );

export const etlSourceDocument = z
  .strictObject({
    date: businessDay,
    source_lines: rowCount('order lines of the day in shop.orders'),
    source_orders: rowCount('orders of the day in shop.orders'),
    curated_lines: rowCount('order lines of the day in curated.fact_orders'),
    curated: z.boolean().describe('whether the day was made by a run, be it as an empty one'),
  })
  .meta(
    documentMeta(
      'etl source',
      'What there is of a business day. One with neither source nor curated lines needs no run.',
      { date: '2018-05-01', source_lines: 254, source_orders: 224, curated_lines: 0, curated: false },
    ),
  );

const requested = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('full').describe('every day there is') }),
  z.strictObject({
    kind: z.literal('range').describe('the days from one to another'),
    from: businessDay,
    to: businessDay,
    only: z.boolean().describe('without changed days besides'),
  }),
  z.strictObject({
    kind: z.literal('days').describe('these days'),
    days: z.array(businessDay),
    only: z.boolean().describe('without changed days besides'),
  }),
]);

export const etlStatusDocument = z
  .strictObject({
    runs: z
      .array(
        z.strictObject({
          run_id: z.int().positive().describe('run_id in ops.etl_runs'),
          state: z
            .enum(['running', 'succeeded', 'failed', 'abandoned'])
            .describe('abandoned: it ended without a word, and nothing of it was published'),
          ok: z.boolean().describe('it succeeded, and each check that it recorded held'),
          requested: requested.describe('what was asked for'),
          timezone: z.string().describe('the zone of its business days'),
          days: z
            .array(businessDay)
            .nullable()
            .describe('days that were made anew, ascending; null for a run that published nothing'),
          rows: z
            .record(z.string(), z.int().nonnegative())
            .nullable()
            .describe('rows that were computed and checked, by curated table; null likewise'),
          seconds: z
            .record(z.string(), z.number().nonnegative())
            .nullable()
            .describe('where the time went, by stage; seconds, null likewise'),
          error: z.string().nullable().describe('why it failed, as `code: message`'),
          started_at: z.iso.datetime().describe('when it began'),
          finished_at: z.iso.datetime().nullable().describe('when it ended'),
          checks: z
            .array(
              z.strictObject({
                name: z.string().describe('what was compared'),
                ok: z.boolean().describe('whether it held'),
                expected: z.string().nullable().describe("of the shop's snapshot, for people"),
                actual: z.string().nullable().describe('of what was to be published, for people'),
              }),
            )
            .describe('the audit inside of the publishing transaction, as it was recorded'),
        }),
      )
      .describe('the newest first'),
  })
  .meta(
    documentMeta('etl status', 'The runs of the batch as its books have them, whatever became of them.', {
      runs: [
        {
          run_id: 1,
          state: 'succeeded',
          ok: true,
          requested: { kind: 'days', days: ['2018-05-01'], only: false },
          timezone: 'America/Sao_Paulo',
          days: ['2018-05-01'],
          rows: { fact_orders: 254 },
          seconds: { start: 2.975, read: 1.979, write: 3, publish: 0.107 },
          error: null,
          started_at: '2018-09-01T02:00:00.412Z',
          finished_at: '2018-09-01T02:00:10.104Z',
          checks: [{ name: 'fact_orders_rows', ok: true, expected: '254', actual: '254' }],
        },
      ],
    }),
  );
