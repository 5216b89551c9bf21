import { z } from 'zod';
import { documentMeta, rowCount } from './values.ts';

const id = z.int().positive().describe('reject_id in ops.rejects');
const source = z.string().describe('the topic, or the file of a seed');
const position = z.string().describe('where in it, e.g. `partition 2 offset 517` or `line 8`');
const reason = z.string().describe('why it was refused: a name, or `field: what is wrong`');
const rejectedAt = z.iso.datetime().describe('when it was refused');
const replayedAt = z.iso
  .datetime()
  .nullable()
  .describe('when it was sent to its topic again; null where it was not');

const shownBytes = z
  .strictObject({
    encoding: z.enum(['utf8', 'base64']).describe('base64 where the bytes are no UTF-8'),
    text: z.string().describe('the bytes, at most the first 16,384 of them'),
    bytes: rowCount('how many there are'),
    cut: z.boolean().describe('whether `text` is only the beginning; --raw writes it all'),
  })
  .describe('bytes as they came');

export const rejectsListDocument = z
  .strictObject({
    rejects: z
      .array(
        z.strictObject({
          reject_id: id,
          source,
          position,
          reason,
          bytes: rowCount('bytes of its payload'),
          rejected_at: rejectedAt,
          replayed_at: replayedAt,
        }),
      )
      .describe('the newest first, at most --limit of them'),
    total: rowCount('rejects that the filter lets through'),
  })
  .meta(
    documentMeta('rejects list', 'Input that was refused.', {
      rejects: [
        {
          reject_id: 43,
          source: 'shop.orders',
          position: 'partition 2 offset 517',
          reason: 'unknown_product',
          bytes: 461,
          rejected_at: '2026-11-23T23:51:07.112Z',
          replayed_at: null,
        },
      ],
      total: 1,
    }),
  );

export const rejectsCountsDocument = z
  .array(
    z.strictObject({
      source,
      reason,
      rejects: rowCount('rejects with that source and reason'),
      replayed: rowCount('those of them that were sent again'),
      newest_at: z.iso.datetime().describe('when the newest was refused'),
    }),
  )
  .meta(
    documentMeta('rejects list --counts', 'How many were refused, and why; the most frequent first.', [
      {
        source: 'shop.orders',
        reason: 'unknown_product',
        rejects: 12,
        replayed: 0,
        newest_at: '2026-11-23T23:51:07.112Z',
      },
    ]),
  );

export const rejectsShowDocument = z
  .strictObject({
    reject_id: id,
    source,
    position,
    reason,
    rejected_at: rejectedAt,
    kafka_partition: z.int().nonnegative().nullable().describe('null where it is of a file'),
    kafka_offset: z.int().nonnegative().nullable().describe('null where it is of a file'),
    produced_at: z.iso
      .datetime()
      .nullable()
      .describe("the message's Kafka timestamp; null where it is of a file"),
    replayed_at: replayedAt,
    message_key: shownBytes.nullable().describe("the message's key; null where it has none"),
    payload: shownBytes,
  })
  .meta(
    documentMeta(
      'rejects show',
      'One piece of refused input, as it came. With --raw nothing but its bytes is written.',
      {
        reject_id: 43,
        source: 'shop.orders',
        position: 'partition 2 offset 517',
        reason: 'malformed_json',
        rejected_at: '2026-11-23T23:51:07.112Z',
        kafka_partition: 2,
        kafka_offset: 517,
        produced_at: '2026-11-23T23:51:06.934Z',
        replayed_at: null,
        message_key: {
          encoding: 'utf8',
          text: '0191e8a2-7e1c-7b3a-9d52-3f0c2a9b1d11',
          bytes: 36,
          cut: false,
        },
        payload: { encoding: 'utf8', text: '{"event_id":"0191', bytes: 17, cut: false },
      },
    ),
  );

export const rejectsReplayDocument = z
  .strictObject({
    replayed: rowCount('messages that were sent again and acknowledged'),
    by_topic: z.record(z.string(), rowCount('messages sent to it')).describe('the same, by topic'),
    skipped: rowCount('rejects among those named that were sent before; --again sends them once more'),
  })
  .meta(
    documentMeta(
      'rejects replay',
      'Messages are in their topics again, where the stream reads them anew. Only what came from Kafka can be replayed.',
      { replayed: 12, by_topic: { 'shop.orders': 12 }, skipped: 0 },
    ),
  );

export const rejectsPruneDocument = z
  .strictObject({
    pruned: rowCount('rejects that were deleted'),
    before: z.iso.datetime().describe('those refused before this instant'),
  })
  .meta(
    documentMeta('rejects prune', 'Old rejects are deleted.', {
      pruned: 120,
      before: '2026-10-24T23:51:07.112Z',
    }),
  );
