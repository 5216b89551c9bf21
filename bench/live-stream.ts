import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';

/** A stream that runs in the background, and the database that it fills. */
export interface LiveStream {
  target: PgTarget;
  /** Runs shop-pipe with that database; returns what it said. */
  cli(args: readonly string[], signal?: AbortSignal): Promise<string>;
}

export async function onLiveStream<T>(
  { target, cli }: LiveStream,
  work: (stream: LiveStream) => Promise<T>,
): Promise<T> {
  await cli(['stream', 'reset', '--to', 'latest']);
  await cli(['stream', 'start']);
  try {
    return await work({ target, cli });
  } finally {
    await cli(['stream', 'stop']);
  }
}

/** Process group of the driver. */
export async function driverOf({ cli }: LiveStream): Promise<number> {
  const said = await cli(['stream', 'status', '--json']);
  const line = said.split('\n').find((one) => one.startsWith('{'));
  const { pid } = JSON.parse(line ?? '{}') as { pid?: number | null };
  if (pid == null) throw new Error(`no driver runs: ${said}`);
  return pid;
}

/** The first batch of an epoch above `epoch`: its own, and when it was committed, in seconds since 1970. */
export function commitAbove({ target }: LiveStream, epoch: number): Promise<{ epoch: number; at: number }> {
  return withClient(target, async (client) => {
    const deadline = performance.now() + 300_000;
    for (;;) {
      const { rows } = await client.query<{ epoch: number; at: number }>(
        `select epoch::integer, extract(epoch from committed_at)::float8 as at
        from ops.stream_batches
        where stream = 'orders' and epoch > $1
        order by batch_id
        limit 1`,
        [epoch],
      );
      if (rows[0] !== undefined) return rows[0];
      if (performance.now() > deadline) throw new Error(`no batch of an epoch above ${epoch} within 300 s`);
      await delay(20);
    }
  });
}
