import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { environmentError, interruptedError } from '../../errors.ts';
import type { Progress } from '../../progress.ts';

/** `shop` and `migr` in ASCII: the advisory lock is per database, these two numbers are ours in each. */
const lockKey = [0x73686f70, 0x6d696772] as const;

const pollMs = 200;

/**
 * Takes the session's migration lock, waiting while another run has it. It goes with the session, however that ends.
 *
 * It asks again and again instead of sleeping in pg_advisory_lock(): a session that sleeps there holds a snapshot, and
 * `create index concurrently` of the run that it waits for would wait for that snapshot: a deadlock (tried on 17.10).
 *
 * @throws ShopPipeError `migrate_locked` naming the holder when `waitMs` are over.
 */
export async function takeMigrationLock(
  client: pg.Client,
  options: { waitMs: number; progress: Progress; signal?: AbortSignal | undefined },
): Promise<void> {
  const deadline = Date.now() + options.waitMs;
  let told = '';
  while (!(await tryLock(client))) {
    const holder = await lockHolder(client);
    if (Date.now() >= deadline) {
      throw environmentError(
        'migrate_locked',
        `another migration is running: ${holder ?? 'it has just ended'}`,
        {
          suggestion: 'wait for it to end and run shop-pipe migrate up again',
        },
      );
    }
    if (holder !== null && holder !== told) options.progress.note(`waiting for another migration: ${holder}`);
    told = holder ?? told;
    try {
      await delay(pollMs, undefined, options.signal ? { signal: options.signal } : {});
    } catch {
      throw interruptedError('no migration was started');
    }
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as taken', [...lockKey]);
  return (rows[0] as { taken: boolean }).taken;
}

async function lockHolder(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ holder: string }>(
    `select format('%s (pid %s) as role %s', coalesce(nullif(a.application_name, ''), 'a session'), a.pid, a.usename) as holder
    from pg_locks l
    join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objsubid = 2
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid = $1 and l.objid = $2`,
    [...lockKey],
  );
  return rows[0]?.holder ?? null;
}
