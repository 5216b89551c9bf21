import { z } from 'zod';
import { documentMeta } from './values.ts';

export const reportDocument = z
  .strictObject({
    question: z.string().describe('name of the question: a file of sql/questions without its ending'),
    title: z.string().describe('its title, for people'),
    parameters: z
      .record(z.string(), z.string())
      .describe('values that the parameters had, defaults included; those left out are missing'),
    columns: z
      .array(
        z.strictObject({
          name: z.string().describe('name of the column in the SQL'),
          type: z
            .enum(['date', 'timestamp', 'text', 'integer', 'decimal'])
            .describe(
              'date: YYYY-MM-DD; timestamp: YYYY-MM-DD HH:MM:SS, local to SHOP_TIMEZONE; integer: a number; decimal: an exact decimal string, money in R$',
            ),
        }),
      )
      .describe('in the order of the cells of a row'),
    rows: z
      .array(z.array(z.union([z.string(), z.number(), z.null()])))
      .describe('cells in the order of `columns`; an integer beyond 2^53 is a string'),
    window: z
      .strictObject({
        from: z.string().describe('first day or local hour'),
        to: z.string().describe('last day or local hour, inclusive'),
      })
      .exactOptional()
      .describe('what the figures span; missing where there are none'),
  })
  .meta(
    documentMeta(
      'report',
      'The figures that answer one question; no figures are no error. With --watch one document per line, each time anew.',
      {
        question: 'daily-revenue',
        title: 'Daily sales revenue',
        parameters: {},
        columns: [
          { name: 'order_date', type: 'date' },
          { name: 'orders', type: 'integer' },
          { name: 'units', type: 'integer' },
          { name: 'revenue', type: 'decimal' },
        ],
        rows: [
          ['2018-08-30', 51, 56, '7565.07'],
          ['2018-08-31', 49, 62, '7070.89'],
        ],
        window: { from: '2018-08-30', to: '2018-08-31' },
      },
    ),
  );

export const reportCatalogueDocument = z
  .strictObject({
    questions: z
      .array(
        z.strictObject({
          name: z.string().describe('what `shop-pipe report` is given'),
          title: z.string().describe('its title, for people'),
          description: z.string().describe('what the figures are and which days they cover, for people'),
          live: z
            .boolean()
            .describe(
              'whether the figures are those of this moment: they move while orders arrive (--watch)',
            ),
          parameters: z
            .array(
              z.strictObject({
                name: z.string().describe('name of the option without its dashes'),
                type: z
                  .enum(['date', 'count', 'number', 'text'])
                  .describe('date: YYYY-MM-DD; count: a whole number from 1; number: any decimal'),
                optional: z.boolean().describe('whether it may be without a value'),
                default: z.string().nullable().describe('its value where none is given'),
                description: z.string().describe('for people'),
              }),
            )
            .describe('in the order in which the question declares them'),
        }),
      )
      .describe('by name'),
  })
  .meta(
    documentMeta('report (catalogue)', 'Without a question: what can be asked.', {
      questions: [
        {
          name: 'top-products',
          title: 'Top products by sales',
          description: 'The products with the highest revenue of sales, then the most units sold.',
          live: false,
          parameters: [
            {
              name: 'limit',
              type: 'count',
              optional: false,
              default: '10',
              description: 'How many products',
            },
          ],
        },
      ],
    }),
  );
