import type pg from 'pg';
import { environmentError } from '../../errors.ts';
import type { KafkaTarget } from '../../kafka/target.ts';
import { connect } from '../../postgres/connection.ts';
import type { PgTarget } from '../../postgres/target.ts';
import type { Check } from '../check.ts';
import { batchesCheck, ledgerCheck } from './batches.ts';
import { readStreams } from './books.ts';
import { type Asked, askKafka, isAsked, lagOf, ledgerKafkaCheck } from './kafka.ts';
import { rejectsCheck } from './rejects.ts';

/** A stream as the snapshot has it, for information. */
export interface StreamFinding {
  name: string;
  topic: string;
  /** Messages that it has read since it was made or reset, and those of them that it refused. */
  read: number;
  rejected: number;
  /** Messages that were in Kafka and not yet in the tables; null where Kafka does not say. */
  lag: number | null;
  /** Why the ledger was not held against Kafka; null where it was. */
  unchecked: string | null;
}

/** Asks Kafka at once, so that the answer is as near to the snapshot as can be. */
export async function askAboutStreams(
  client: pg.Client,
  owner: PgTarget,
  kafka: KafkaTarget | undefined,
): Promise<Asked[]> {
  const streams = await readStreams(client);
  if (streams.length === 0) return [];
  let session: Promise<pg.Client> | undefined;
  const fresh = (): Promise<pg.Client> => (session ??= connect(owner, { name: 'verify ledger' }));
  try {
    const asked: Asked[] = [];
    for (const books of streams) asked.push(await askKafka(fresh, kafka, books));
    return asked;
  } finally {
    await session?.then((opened) => opened.end()).catch(() => undefined);
  }
}

/** Checks of the books of streams, and of the ledgers against Kafka where it answered. None where there is no stream. */
export async function streamChecks(
  client: pg.Client,
  asked: readonly Asked[],
): Promise<{ checks: Check[]; streams: StreamFinding[] }> {
  const streams = await readStreams(client);
  if (streams.length === 0) return { checks: [], streams: [] };
  const reached = asked.filter(isAsked);
  return {
    checks: [
      await batchesCheck(client, streams),
      ledgerCheck(streams),
      await rejectsCheck(client, streams),
      ...(reached.length > 0 ? [ledgerKafkaCheck(reached)] : []),
    ],
    streams: asked.map((one) => {
      const { name, topic, totals } = streams.find((stream) => stream.name === one.books.name) ?? one.books;
      return {
        name,
        topic,
        read: totals.read,
        rejected: totals.rejected,
        lag: lagOf(one),
        unchecked: isAsked(one) ? null : one.unchecked,
      };
    }),
  };
}

/** With --strict what could not be looked at fails, and so does what waits in Kafka. */
export function strictStreamChecks(streams: readonly StreamFinding[]): Check[] {
  if (streams.length === 0) return [];
  const unchecked = streams.flatMap(({ name, unchecked: why }) => (why === null ? [] : [`${name}: ${why}`]));
  const lag = streams.reduce((sum, stream) => sum + (stream.lag ?? 0), 0);
  const kafka: Check[] =
    unchecked.length === 0
      ? []
      : [{ name: 'kafka_asked', ok: false, expected: 'every stream', actual: `not ${unchecked.join('; ')}` }];
  return [...kafka, { name: 'stream_lag', ok: lag === 0, expected: 0, actual: lag }];
}

/** @throws ShopPipeError where --deep has nothing to read: it was asked for, so it is no information. */
export function refuseUnreadable(asked: readonly Asked[]): void {
  for (const one of asked) {
    if (isAsked(one)) continue;
    throw environmentError('kafka_unreachable', `cannot fold ${one.books.topic} again: ${one.unchecked}`, {
      suggestion: 'shop-pipe up kafka; without --deep verify looks at the tables alone',
    });
  }
}
