import type pg from 'pg';
import { environmentError, interruptedError, usageError } from '../errors.ts';
import { connect } from '../postgres/connection.ts';
import { seedError } from './seed-error.ts';
import type { SeedContext, SeedSession } from './shop-source.ts';

const defaultLockWaitMs = 60_000;

// The session's own, so that nobody's defaults for role or database matter. `client_connection_check_interval` makes
// the server notice within a second that a killed seed is gone; not every server platform has it.
const settings = `
  set search_path = pg_catalog;
  set datestyle = 'ISO, YMD';
  set timezone = 'UTC';
  set jit = off;
  set temp_buffers = '64MB';
  set statement_timeout = 0;
  set idle_in_transaction_session_timeout = 0;
  do $$
  begin
    perform set_config('client_connection_check_interval', '1s', false);
  exception
    when others then null;
  end
  $$`;

/**
 * Runs `work` as the only seed of this database. When the signal fires, the server is told to end the session's
 * connections at once, which rolls back whatever is open.
 *
 * @throws ShopPipeError `seed_running` when another seed holds the lock for longer than `lockWaitMs`; `interrupted`.
 */
export async function withSeedSession<T>(
  ctx: SeedContext,
  work: (session: SeedSession) => Promise<T>,
): Promise<T> {
  const clients: pg.Client[] = [];
  const open = async (name: string): Promise<pg.Client> => {
    refuseInterrupted(ctx.signal);
    const client = await connect(ctx.owner, { name });
    clients.push(client);
    refuseInterrupted(ctx.signal);
    await client.query(settings);
    await client.query(`set lock_timeout = ${lockWaitOf(ctx)}`);
    return client;
  };
  let terminated: Promise<void> | undefined;
  const onAbort = (): void => {
    terminated = terminate(ctx, clients);
  };
  ctx.signal?.addEventListener('abort', onAbort, { once: true });
  const disarm = (): void => ctx.signal?.removeEventListener('abort', onAbort);
  try {
    const client = await open('seed');
    await lockSeeds(ctx, client);
    const beforeCommit = (): void => {
      refuseInterrupted(ctx.signal);
      disarm();
    };
    return await work({ client, open, beforeCommit });
  } catch (error) {
    await terminated;
    if (ctx.signal?.aborted) throw interruptedError('the seed; the tables are as they were before it');
    throw seedError(error, ctx.owner);
  } finally {
    disarm();
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

function refuseInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruptedError('the seed');
}

function lockWaitOf(ctx: SeedContext): number {
  const wait = ctx.lockWaitMs ?? defaultLockWaitMs;
  if (!Number.isInteger(wait) || wait < 1) throw usageError('bad_lock_wait', `not a wait in ms: ${wait}`);
  return wait;
}

/** One seed at a time: the staging tables have fixed names. The lock goes with the connection. */
async function lockSeeds(ctx: SeedContext, client: pg.Client): Promise<void> {
  const key = `hashtextextended('shop-pipe seed', 0)`;
  const tried = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${key}) as locked`);
  if (tried.rows[0]?.locked) return;
  ctx.progress.note(`another seed is running; waiting up to ${Math.ceil(lockWaitOf(ctx) / 1000)} s for it`);
  try {
    await client.query(`select pg_advisory_lock(${key})`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55P03') throw error;
    throw environmentError(
      'seed_running',
      `another seed of database ${ctx.owner.database} is still running`,
      {
        suggestion: 'wait until it has ended, then run this command again',
        cause: error,
      },
    );
  }
}

async function terminate(ctx: SeedContext, clients: readonly pg.Client[]): Promise<void> {
  try {
    const killer = await connect(ctx.owner, { name: 'seed interrupt', timeoutMs: 3000 });
    // Waits until each backend is gone, so that the rollback is over when the user reads that it is.
    await killer.query('select pg_terminate_backend(pid, 5000) from unnest($1::integer[]) as pid', [
      clients.map((client) => (client as unknown as { processID: number | null }).processID ?? 0),
    ]);
    await killer.end();
  } catch {
    // Without a way in, a closed connection has to do: the server rolls back when it notices.
  }
  for (const client of clients) void client.end().catch(() => undefined);
}
