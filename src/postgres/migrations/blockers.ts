import type pg from 'pg';
import { connect } from '../connection.ts';
import type { PgTarget } from '../target.ts';

/**
 * Watches, from a connection of its own, who keeps a session waiting for a lock. The connection is opened only once a
 * statement has run for `everyMs`, so quick ones cost nothing.
 */
export class BlockerWatch {
  /** Who was last seen in the way, e.g. `metabase (pid 4711, idle in transaction for 12 s)`. */
  blocker: string | null = null;
  readonly #timer: NodeJS.Timeout;
  #watcher: Promise<pg.Client> | undefined;
  #looking = false;

  constructor(target: PgTarget, pid: number, everyMs: number, onBlocked: (blocker: string) => void) {
    const look = async (): Promise<void> => {
      if (this.#looking) return;
      this.#looking = true;
      this.#watcher ??= connect(target, { name: 'migrate watch' });
      const seen = await blockerOf(await this.#watcher, pid);
      if (seen !== null && seen.name !== this.blocker) {
        this.blocker = seen.name;
        onBlocked(seen.detail);
      }
      this.#looking = false;
    };
    // A watch that fails leaves a message without a name; the migration itself goes on. `#looking` stays true then.
    this.#timer = setInterval(() => void look().catch(() => undefined), everyMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const watcher = await this.#watcher?.catch(() => undefined);
    await watcher?.end().catch(() => undefined);
  }
}

async function blockerOf(watcher: pg.Client, pid: number): Promise<{ name: string; detail: string } | null> {
  // The query of the other session stays out of it: it may hold values that are nobody's business.
  const { rows } = await watcher.query<{ name: string; state: string | null; seconds: string | null }>(
    `select format('%s, pid %s', coalesce(nullif(a.application_name, ''), a.usename, a.backend_type), a.pid) as name,
      a.state, floor(extract(epoch from clock_timestamp() - a.xact_start))::text as seconds
    from unnest(pg_blocking_pids($1)) as blocking (pid)
    join pg_stat_activity a using (pid)
    order by a.xact_start
    limit 1`,
    [pid],
  );
  const found = rows[0];
  if (!found) return null;
  const state = [found.state, found.seconds && `for ${found.seconds} s`].filter(Boolean).join(' ');
  return { name: found.name, detail: state === '' ? found.name : `${found.name}, ${state}` };
}
