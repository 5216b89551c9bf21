import { z } from 'zod';
import { documentMeta } from './values.ts';

export const sqlDocument = z
  .strictObject({
    role: z.string().describe('the role that ran it'),
    results: z
      .array(
        z.strictObject({
          line: z.int().positive().describe('where the statement begins in its source'),
          tag: z
            .string()
            .nullable()
            .describe('what Postgres says of it, e.g. INSERT 0 3; null where not all of its rows were read'),
          columns: z
            .array(
              z.strictObject({
                name: z.string().describe('heading; several columns may have the same'),
                type: z.string().describe('as Postgres names it'),
              }),
            )
            .nullable()
            .describe('null for a statement that returns no rows'),
          rows: z
            .array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])))
            .describe(
              'values in the order of the columns: booleans, int2, int4, oid and finite floats as such, everything else (bigint, numeric, times, json) as the text that Postgres prints',
            ),
          truncated: z.boolean().describe('whether --max-rows left rows out'),
        }),
      )
      .describe('one per statement'),
  })
  .meta(
    documentMeta('sql', 'What each statement returned. A statement that fails ends with an error instead.', {
      role: 'shop_bi',
      results: [
        {
          line: 1,
          tag: 'SELECT 1',
          columns: [
            { name: 'order_date', type: 'date' },
            { name: 'orders', type: 'bigint' },
            { name: 'revenue', type: 'numeric' },
          ],
          rows: [['2018-05-01', '230', '31044.90']],
          truncated: false,
        },
      ],
    }),
  );
