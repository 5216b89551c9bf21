import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/**
 * Runs `copy … from stdin` with the bytes of `source`; returns the rows that Postgres counted. An error in the source
 * fails the copy, and the connection is usable again when the promise rejects (unless it is in a transaction).
 */
export async function copyIn(
  client: pg.Client,
  sql: string,
  source: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<number> {
  const stream = client.query(copyFrom(sql));
  await pipeline(source, stream, signal ? { signal } : {});
  return stream.rowCount;
}
