import { z } from 'zod';
import { documentMeta, rowCount } from './values.ts';

export const erdDocument = z
  .strictObject({
    files: z
      .array(
        z.strictObject({
          file: z.string().describe('where it is, or would be'),
          bytes: z.int().positive().describe('size of the picture'),
          changed: z.boolean().describe('whether there was another picture, or none'),
        }),
      )
      .describe('erd.svg and erd.png'),
    written: z.boolean().describe('whether a file was written; never with --check'),
    schemas: z
      .array(
        z.strictObject({
          name: z.string().describe('of the schema'),
          tables: rowCount('tables drawn; partitions are not'),
          views: rowCount('views drawn'),
        }),
      )
      .describe('what was drawn, in its order'),
    foreign_keys: rowCount('references that Postgres enforces'),
    shared_keys: rowCount('references by name and type only'),
  })
  .meta(
    documentMeta(
      'erd',
      'The tables were drawn; what is the same already is left alone. Exit code 3 when --check finds a stale picture.',
      {
        files: [{ file: '/srv/shop/docs/erd.svg', bytes: 60057, changed: true }],
        written: true,
        schemas: [{ name: 'live', tables: 2, views: 2 }],
        foreign_keys: 5,
        shared_keys: 9,
      },
    ),
  );
