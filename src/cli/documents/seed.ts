import { z } from 'zod';
import { documentMeta, rowCount, seconds } from './values.ts';

const seedFields = {
  changed: z.boolean().describe('false when every row was there already: then nothing was written'),
  rows: z
    .strictObject({
      customers: rowCount('rows of shop.customers'),
      products: rowCount('rows of shop.products'),
      orders: rowCount('rows of shop.orders: one per order and product'),
    })
    .describe('rows that the dataset has, whether this run inserted them or an earlier one'),
  rejected: z
    .record(z.string(), rowCount('records'))
    .describe('input that was refused, by reason; kept in ops.rejects'),
  seconds: seconds('the whole run'),
};

export const seedOlistDocument = z
  .strictObject({ dataset: z.literal('olist').describe('the source of the rows'), ...seedFields })
  .meta(
    documentMeta('seed olist', 'What the Olist dataset put into the shop. A second call changes nothing.', {
      dataset: 'olist',
      changed: true,
      rows: { customers: 2, products: 3, orders: 3 },
      rejected: { duplicate: 1 },
      seconds: 0.212,
    }),
  );

export const seedSyntheticDocument = z
  .strictObject({ dataset: z.literal('synthetic').describe('the source of the rows'), ...seedFields })
  .meta(
    documentMeta('seed synthetic', 'What was made up for the shop; nothing of it is ever refused.', {
      dataset: 'synthetic',
      changed: true,
      rows: { customers: 484, products: 2348, orders: 513 },
      rejected: {},
      seconds: 0.136,
    }),
  );
