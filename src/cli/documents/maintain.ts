import { z } from 'zod';
import { documentMeta, rowCount, seconds } from './values.ts';

const before = z.iso.datetime().describe('what is older was deleted');

export const maintainDocument = z
  .strictObject({
    partitions: z
      .strictObject({
        made: rowCount('partitions of curated.fact_orders that were made'),
        through: z
          .string()
          .regex(/^\d{4}-\d{2}$/)
          .describe('the last month, YYYY-MM, that is known to have one'),
      })
      .describe('one per month, from the present one on'),
    staging: z
      .strictObject({
        dropped: z
          .array(z.string())
          .describe('tables of etl_stage that runs of the batch left when they died'),
        left: z.array(z.string()).describe('those that are in use; the next run of the batch drops them'),
      })
      .describe('what dead runs left'),
    rejects: z
      .strictObject({ pruned: rowCount('rows of ops.rejects that were deleted'), before })
      .describe('retention of what was refused'),
    batches: z
      .strictObject({
        deleted: rowCount('rows of ops.stream_batches that were deleted'),
        read: rowCount('messages that these batches had read; the sums of the stream keep them'),
        before,
      })
      .describe("retention of the stream's books"),
    analyzed: z
      .array(
        z.strictObject({ table: z.string().describe('with its schema'), seconds: seconds('this table') }),
      )
      .describe('tables whose statistics are fresh; those that somebody held are missing'),
    seconds: seconds('all of it'),
  })
  .meta(
    documentMeta('maintain', 'What was done for the tables. Running it again does what is left.', {
      partitions: { made: 1, through: '2018-12' },
      staging: { dropped: ['etl_stage.fact_orders_r12'], left: [] },
      rejects: { pruned: 17, before: '2018-06-03T02:00:00.412Z' },
      batches: { deleted: 10412, read: 1203544, before: '2018-08-25T02:00:00.431Z' },
      analyzed: [{ table: 'shop.orders', seconds: 0.412 }],
      seconds: 1.204,
    }),
  );
