import { z } from 'zod';
import { documentMeta, seconds } from './values.ts';

const messages = (what: string): z.ZodInt => z.int().nonnegative().describe(`messages ${what}`);
const offset = (what: string): z.ZodInt => z.int().nonnegative().describe(what);
const offsets = (what: string): z.ZodRecord<z.ZodString, z.ZodInt> =>
  z.record(z.string().regex(/^\d+$/), z.int().nonnegative()).describe(`${what}, by partition`);
/** The description is of the value, null or not. */
const orNull = <T extends z.ZodType>(schema: T): z.ZodNullable<T> =>
  schema.nullable().describe(schema.description ?? '');
const offsetsOrNull = (what: string): z.ZodNullable<ReturnType<typeof offsets>> =>
  offsets(what)
    .nullable()
    .describe(`${what}, by partition; null where there is none, or Postgres is not reached`);
const instant = (what: string): z.ZodISODateTime => z.iso.datetime().describe(what);
const processId = (what: string): z.ZodNullable<z.ZodInt> => z.int().positive().nullable().describe(what);
const text = (what: string): z.ZodNullable<z.ZodString> => z.string().nullable().describe(what);
const latency = (what: string): z.ZodNullable<z.ZodNumber> =>
  z.number().nonnegative().nullable().describe(`${what}; milliseconds, null where nothing was read`);

const latencies = z
  .strictObject({ p50: latency('half of them took no longer'), p99: latency('99 % took no longer') })
  .describe("from a message's Kafka timestamp to its commit in Postgres");

const counts = {
  read: messages('that were read: the sum of the next five'),
  applied: messages('that are the newest version of their order now, or were'),
  superseded: messages('whose batch held a newer version of the same order'),
  stale: messages('whose order had a newer version already'),
  duplicate: messages('whose order had that very version already'),
  rejected: messages('that were refused and are in ops.rejects'),
  skipped: z.int().nonnegative().describe('offsets that hold no message, such as the marks of transactions'),
};

const stateEvent = z.strictObject({
  event: z.literal('state').describe('the driver is at something else now'),
  state: z
    .enum(['starting', 'running', 'waiting', 'stopping', 'stopped'])
    .describe('waiting: Kafka or Postgres is away and asked again and again'),
  detail: text('what it waits for; null where there is nothing to say'),
});

const batchEvent = z.strictObject({
  event: z.literal('batch').describe('a micro-batch is committed'),
  batch_id: z.int().positive().describe('its number in ops.stream_batches'),
  ...counts,
  committed: offsets('the ledger now, next offset'),
  latency_ms: latencies,
  seconds: z
    .strictObject({
      stage: seconds('reading and staging'),
      merge: seconds('the transaction'),
      total: seconds('both, retries included'),
    })
    .describe('where the time went'),
});

const restartEvent = z.strictObject({
  event: z.literal('restart').describe('with --supervised: the driver ended and is started again'),
  restarts: z.int().positive().describe('how many times so far'),
  after_s: seconds('pause before it'),
  code: z.string().describe('as in an error document'),
  message: z.string().describe('why it ended'),
});

const endEvent = z.strictObject({
  event: z.literal('end').describe('the last line'),
  drained: z.boolean().describe('true when --drain has reached what was in the topic at the start'),
  interrupted: z.boolean().describe('true when Ctrl-C or SIGTERM ended it'),
  killed: z.boolean().describe('true when the batch under way did not end in a minute: it is read again'),
  batches: z.int().nonnegative().describe('batches of this run'),
  totals: z.strictObject(counts).describe('messages of this run'),
  committed: offsetsOrNull('the ledger, next offset'),
  seconds: seconds('the whole run'),
});

export const streamRunDocument = z
  .discriminatedUnion('event', [stateEvent, batchEvent, restartEvent, endEvent])
  .meta(
    documentMeta(
      'stream run',
      'One document per line: what the driver is at, each batch, and an end. A stream that fails ends with an error instead. Exit code 0 after --drain, 130 or 143 when it was interrupted.',
      {
        event: 'batch',
        batch_id: 12,
        read: 1004,
        applied: 871,
        superseded: 131,
        stale: 0,
        duplicate: 0,
        rejected: 2,
        skipped: 0,
        committed: { 0: 2512, 1: 2488 },
        latency_ms: { p50: 228.1, p99: 401.8 },
        seconds: { stage: 0.11, merge: 0.06, total: 0.17 },
      },
    ),
  );

export const streamStartDocument = z
  .strictObject({
    started: z.boolean().describe('false where it ran already: nothing was changed then'),
    state: z
      .enum(['starting', 'running', 'waiting'])
      .describe('running, or waiting for Kafka or Postgres; starting only where it ran already'),
    detail: text('what it waits for; null where it does not'),
    pid: processId('the supervisor; null where it runs in a container'),
  })
  .meta(
    documentMeta('stream start', 'The stream runs in the background. An error says why it did not start.', {
      started: true,
      state: 'running',
      detail: null,
      pid: 31207,
    }),
  );

export const streamStopDocument = z
  .strictObject({
    stopped: z.boolean().describe('false where it was not running in the background'),
    killed: z
      .boolean()
      .describe('true when it did not end between two batches in time; nothing is lost by that'),
    committed: offsetsOrNull('the ledger, next offset'),
  })
  .meta(
    documentMeta('stream stop', 'The stream is stopped. Nothing running is no error.', {
      stopped: true,
      killed: false,
      committed: { 0: 2512, 1: 2488 },
    }),
  );

export const streamStatusDocument = z
  .strictObject({
    stream: z.string().describe('its name in ops.streams'),
    topic: z.string().describe('what it reads'),
    state: z
      .enum(['stopped', 'starting', 'running', 'waiting', 'failed'])
      .describe(
        'waiting: for Kafka, for Postgres, or to be started again; failed: it ended and will not come back by itself',
      ),
    detail: text('why it waits or failed; null where there is nothing to say'),
    pid: processId('the driver: leader of its process group; null where none runs'),
    host: text('where the driver runs or ran last'),
    supervisor_pid: processId('who starts it again; null where it was not started in the background'),
    started_at: orNull(instant('when the driver started')),
    restarts: z.int().nonnegative().describe('how many times the supervisor has started it again'),
    last_error: z
      .strictObject({
        at: instant('when'),
        code: z.string().describe('as in an error document'),
        message: z.string().describe('why a driver ended'),
        suggestion: text('what to do about it'),
      })
      .nullable()
      .describe('of the last driver that failed under the supervisor; null where none did'),
    lag: orNull(
      messages('in the topic that are not in the tables; null where Kafka or the ledger is not reached'),
    ),
    committed: offsets('every message below is in the tables: next offset'),
    partitions: z
      .array(
        z.strictObject({
          partition: z.int().nonnegative().describe('number of the partition'),
          next_offset: orNull(offset('the next message to be read; null where the ledger does not know it')),
          latest: orNull(offset('offset that the next message gets; null where Kafka is not reached')),
          lag: orNull(messages('that are not read yet; null where Kafka is not reached')),
        }),
      )
      .describe('by number'),
    events_per_s: z
      .number()
      .nonnegative()
      .nullable()
      .describe('messages read a second over the last minute; null without a batch in it'),
    latency_ms: latencies,
    batches: z.int().nonnegative().describe('batches since the stream was made or reset'),
    rejected: messages('refused since then'),
    totals: z.strictObject(counts).describe('messages since then'),
    notes: z.array(z.string()).describe('what could not be found out, or looks wrong, for people'),
  })
  .meta(
    documentMeta('stream status', 'The stream as it is now; rate and latency are of the last minute.', {
      stream: 'orders',
      topic: 'shop.orders',
      state: 'running',
      detail: null,
      pid: 31288,
      host: 'shop-1',
      supervisor_pid: 31207,
      started_at: '2026-11-23T23:50:01.240Z',
      restarts: 0,
      last_error: null,
      lag: 96,
      committed: { 0: 2512, 1: 2488 },
      partitions: [
        { partition: 0, next_offset: 2512, latest: 2561, lag: 49 },
        { partition: 1, next_offset: 2488, latest: 2535, lag: 47 },
      ],
      events_per_s: 498.7,
      latency_ms: { p50: 228.1, p99: 401.8 },
      batches: 41,
      rejected: 3,
      totals: { read: 5000, applied: 4313, superseded: 684, stale: 0, duplicate: 0, rejected: 3, skipped: 0 },
      notes: [],
    }),
  );

export const streamResetDocument = z
  .strictObject({
    stream: z.string().describe('its name in ops.streams'),
    topic: z.string().describe('what it reads'),
    to: z.enum(['earliest', 'latest']).describe('as --to says'),
    forgotten: offsetsOrNull('what the ledger said, next offset'),
    committed: offsetsOrNull('what it says now, next offset'),
    passed_over: orNull(
      messages(
        'in the topic that will not be read; null where that is not known, since the topic is another one',
      ),
    ),
  })
  .meta(
    documentMeta(
      'stream reset',
      'The ledger is forgotten, with its batches; no order is touched. `committed` is null where the next start reads from the earliest message.',
      {
        stream: 'orders',
        topic: 'shop.orders',
        to: 'latest',
        forgotten: { 0: 2512, 1: 2488 },
        committed: { 0: 2561, 1: 2535 },
        passed_over: 96,
      },
    ),
  );
