import { isUtf8 } from 'node:buffer';
import type pg from 'pg';
import { dataError } from '../../errors.ts';
import { withClient } from '../../postgres/connection.ts';
import type { PgTarget } from '../../postgres/target.ts';
import { inBooks } from '../books-error.ts';
import { isoColumn } from './filter.ts';

/** Bytes as they can be shown. */
export interface ShownBytes {
  encoding: 'utf8' | 'base64';
  text: string;
  /** All of them. */
  bytes: number;
  /** Whether `text` is only the beginning. */
  cut: boolean;
}

export interface Reject {
  reject_id: number;
  source: string;
  position: string;
  reason: string;
  /** ISO 8601. */
  rejected_at: string;
  kafka_partition: number | null;
  kafka_offset: number | null;
  /** The message's Kafka timestamp. */
  produced_at: string | null;
  replayed_at: string | null;
  message_key: ShownBytes | null;
  payload: ShownBytes;
}

const shownBytes = 16_384;

type Row = Record<'source' | 'position' | 'reason' | 'rejected_at', string> &
  Record<'produced_at' | 'replayed_at' | 'kafka_offset', string | null> & {
    kafka_partition: number | null;
    message_key: string | null;
    payload: string;
    bytes: number;
    key_bytes: number | null;
  };

/** One reject with all that is known of it; of a huge payload the beginning. @throws ShopPipeError `reject_unknown`. */
export function showReject(owner: PgTarget, id: number): Promise<Reject> {
  return inBooks(owner, () =>
    withClient(owner, async (client) => {
      const row = await find<Row>(
        client,
        id,
        `source, position, reason, ${isoColumn('rejected_at')}, kafka_partition, kafka_offset,
        ${isoColumn('produced_at')}, ${isoColumn('replayed_at')}, octet_length(payload) as bytes,
        octet_length(message_key) as key_bytes,
        encode(substr(message_key, 1, ${shownBytes}), 'base64') as message_key,
        encode(substr(payload, 1, ${shownBytes}), 'base64') as payload`,
      );
      const { bytes, key_bytes: keyBytes, kafka_offset: offset, message_key: key, payload, ...rest } = row;
      return {
        reject_id: id,
        ...rest,
        kafka_offset: offset === null ? null : Number(offset),
        message_key: key === null ? null : shown(key, keyBytes ?? 0),
        payload: shown(payload, bytes),
      };
    }),
  );
}

/** The payload as it came. @throws ShopPipeError `reject_unknown`. */
export function rawReject(owner: PgTarget, id: number): Promise<Buffer> {
  return inBooks(owner, () =>
    withClient(owner, async (client) => {
      const { payload } = await find<{ payload: string }>(client, id, `encode(payload, 'base64') as payload`);
      return Buffer.from(payload, 'base64');
    }),
  );
}

async function find<R extends pg.QueryResultRow>(client: pg.Client, id: number, columns: string): Promise<R> {
  const { rows } = await client.query<R>(`select ${columns} from ops.rejects where reject_id = $1`, [id]);
  if (rows[0] === undefined) throw unknownReject(id);
  return rows[0];
}

export const unknownReject = (id: number): Error =>
  dataError('reject_unknown', `there is no reject ${id}`, { suggestion: 'shop-pipe rejects list' });

/** As text where it is UTF-8; a cut may go through the last character, which is left out then. */
export function shown(base64: string, bytes: number): ShownBytes {
  const start = Buffer.from(base64, 'base64');
  const cut = bytes > start.length;
  for (let left = 0; left < (cut ? 4 : 1); left++) {
    const part = start.subarray(0, start.length - left);
    if (isUtf8(part)) return { encoding: 'utf8', text: part.toString('utf8'), bytes, cut };
  }
  return { encoding: 'base64', text: start.toString('base64'), bytes, cut };
}
