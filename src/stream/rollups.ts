import { environmentError, ShopPipeError } from '../errors.ts';
import { withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { inStep, type Progress } from '../progress.ts';
import { inBooks } from './books-error.ts';

/**
 * Makes the live rollups, on which each merge builds, where they are missing (the tables were filled before there were
 * any) or of another zone. Where Postgres is not reached nothing happens: the driver waits for it.
 *
 * @throws ShopPipeError `not_migrated`.
 */
export async function ensureRollups(owner: PgTarget, timezone: string, progress: Progress): Promise<void> {
  try {
    await inBooks(owner, () =>
      withClient(owner, async (client) => {
        const { rows } = await client.query<{ zone: string | null; migrated: boolean }>(`
          select
            (select value #>> '{}' from ops.settings where name = 'live_timezone') as zone,
            to_regclass('ops.streams') is not null as migrated`);
        const [found] = rows;
        if (!found?.migrated) throw notMigrated(owner);
        if (found.zone === timezone) return;
        await inStep(progress, 'live rollups', () => client.query('select live.rebuild($1)', [timezone]));
      }),
    );
  } catch (error) {
    if (!(error instanceof ShopPipeError) || error.code === 'not_migrated') throw error;
    progress.warn(error.message);
  }
}

const notMigrated = ({ database }: PgTarget): Error =>
  environmentError('not_migrated', `database ${database} lacks the stream's tables`, {
    suggestion: 'shop-pipe migrate up',
  });
