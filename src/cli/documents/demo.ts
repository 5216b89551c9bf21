import { z } from 'zod';
import { etlRunDocument } from './etl.ts';
import { produceDocument } from './produce.ts';
import { reportDocument } from './report.ts';
import { seedOlistDocument, seedSyntheticDocument } from './seed.ts';
import { statusDocument } from './stack.ts';
import { streamStatusDocument } from './stream.ts';
import { documentMeta } from './values.ts';
import { verifyDocument } from './verify.ts';

const { runtime, services } = statusDocument.shape;
const laterNull = 'null in a later run';

export const demoDocument = z
  .strictObject({
    first: z.boolean().describe('false where an earlier run did the work and this one only reports'),
    dataset: z.string().describe('which data the figures are of, for people'),
    runtime,
    services,
    seed: z
      .union([seedOlistDocument, seedSyntheticDocument])
      .nullable()
      .describe(`as \`seed\` prints it; ${laterNull}`),
    etl: etlRunDocument.nullable().describe(`as \`etl run\` prints it; ${laterNull}`),
    produce: produceDocument.nullable().describe(`as \`produce\` prints it; ${laterNull}`),
    stream: streamStatusDocument
      .nullable()
      .describe(`as \`stream status\` prints it once it had all of that in; ${laterNull}`),
    verify: verifyDocument.nullable().describe(`as \`verify\` prints it; ${laterNull}`),
    reports: z.array(reportDocument).describe('as `report` prints them, one per question'),
  })
  .meta(
    documentMeta('demo', 'The whole story. Exit code 3 when the verification finds a difference.', {
      first: false,
      dataset: 'a synthetic shop',
      runtime: 'native',
      services: [
        { name: 'postgres', state: 'healthy', pid: 30622, endpoint: '127.0.0.1:5432', version: '17.10' },
      ],
      seed: null,
      etl: null,
      produce: null,
      stream: null,
      verify: null,
      reports: [
        {
          question: 'orders-per-hour',
          title: 'Orders per hour',
          parameters: { timezone: 'America/Sao_Paulo' },
          columns: [
            { name: 'order_hour', type: 'timestamp' },
            { name: 'orders', type: 'integer' },
          ],
          rows: [['2018-08-31 23:00:00', 6]],
          window: { from: '2018-08-31 23:00:00', to: '2018-08-31 23:00:00' },
        },
      ],
    }),
  );
