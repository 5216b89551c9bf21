import { z } from 'zod';
import { documentMeta } from './values.ts';

const offset = (what: string): z.ZodInt => z.int().nonnegative().describe(what);
const bytes = (what: string): z.ZodNullable<z.ZodInt> =>
  z.int().nonnegative().nullable().describe(`${what}; null where the cluster does not say`);

export const topicStatusDocument = z
  .strictObject({
    topic: z.string().describe('name of the topic'),
    topic_id: z
      .string()
      .nullable()
      .describe('changes when the topic is deleted and made again; null where the cluster does not say'),
    partitions: z
      .array(
        z.strictObject({
          partition: z.int().nonnegative().describe('number of the partition'),
          leader: z
            .int()
            .nullable()
            .describe('node id of the broker that takes reads and writes; null while there is none'),
          replicas: z.int().nonnegative().describe('brokers that shall hold a copy'),
          in_sync: z.int().nonnegative().describe('brokers that hold one which is up to date'),
          earliest: offset('offset of the oldest message that is kept'),
          latest: offset('offset that the next message gets'),
          bytes: bytes('size of its log at the leader'),
        }),
      )
      .describe('by number'),
    messages: z.int().nonnegative().describe('offsets from earliest to latest, all partitions together'),
    retention_ms: z
      .number()
      .nonnegative()
      .nullable()
      .describe('how long a message is kept, in milliseconds; null: for ever'),
    bytes: bytes('size of all partitions at their leaders'),
  })
  .meta(
    documentMeta('topic status', 'The topic of order events (or the one named) as it is now.', {
      topic: 'shop.orders',
      topic_id: 'u2ZBz9nHQqC5jJ5vYh1bKg',
      partitions: [
        { partition: 0, leader: 1, replicas: 1, in_sync: 1, earliest: 0, latest: 2512, bytes: 1204311 },
        { partition: 1, leader: 1, replicas: 1, in_sync: 1, earliest: 0, latest: 2488, bytes: 1190277 },
      ],
      messages: 5000,
      retention_ms: 604800000,
      bytes: 2394588,
    }),
  );
