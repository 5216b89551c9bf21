import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { environmentError, ShopPipeError } from '../errors.ts';
import { sessionPid } from './cancel.ts';
import { connect } from './connection.ts';
import type { PgTarget } from './target.ts';

const sessionName = 'scratch database';

/**
 * Runs `work` on an empty database beside the owner's, and drops it whatever happens. The owner makes it where it may,
 * the bootstrap superuser otherwise. Those that killed runs left are dropped on the way.
 *
 * @throws ShopPipeError `no_scratch_database` where neither may make one.
 */
export async function withScratchDatabase<T>(
  roles: { owner: PgTarget; superuser: PgTarget },
  work: (scratch: PgTarget) => Promise<T>,
): Promise<T> {
  const { owner } = roles;
  const maker = await connectMaker(roles);
  try {
    await sweep(maker, owner);
    const database = `${prefixOf(owner)}${sessionPid(maker)}_${randomBytes(4).toString('hex')}`;
    const name = maker.escapeIdentifier(database);
    try {
      await maker.query(
        `create database ${name} owner ${maker.escapeIdentifier(owner.user)} template template0`,
      );
      await maker.query(`revoke all on database ${name} from public`);
      return await work({ ...owner, database });
    } finally {
      // Where the connection is lost, what `work` threw says so, and the next one drops it.
      await maker.query(`drop database if exists ${name} with (force)`).catch(() => undefined);
    }
  } finally {
    await maker.end().catch(() => undefined);
  }
}

async function connectMaker({
  owner,
  superuser,
}: {
  owner: PgTarget;
  superuser: PgTarget;
}): Promise<pg.Client> {
  const client = await connect(owner, { name: sessionName });
  const { rows } = await client.query<{ may: boolean }>(
    'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
  );
  if (rows[0]?.may) return client;
  await client.end();
  try {
    return await connect(superuser, { name: sessionName });
  } catch (error) {
    if (!(error instanceof ShopPipeError) || error.code !== 'postgres_login_refused') throw error;
    throw environmentError(
      'no_scratch_database',
      `role ${owner.user} may not create databases, and POSTGRES_SUPERUSER_PASSWORD is not that of postgres at ${owner.host}:${owner.port}`,
      { suggestion: `as an administrator of that server: alter role ${owner.user} createdb`, cause: error },
    );
  }
}

/** A name is told from others by the database it is for, and its maker by the process id of its session. */
const prefixOf = ({ database }: PgTarget): string => `${database.slice(0, 35)}_scratch_`;

/** Drops those whose makers' sessions are gone: they were killed. */
async function sweep(maker: pg.Client, owner: PgTarget): Promise<void> {
  const { rows } = await maker.query<{ name: string }>(
    `select quote_ident(d.datname) as name
    from pg_database d, substr(d.datname, length($1) + 1) as ending
    where starts_with(d.datname, $1) and ending ~ '^[0-9]+_[0-9a-f]{8}$' and pg_has_role(d.datdba, 'usage')
      and not exists (
        select from pg_stat_activity
        where pid::text = split_part(ending, '_', 1) and application_name = 'shop-pipe ' || $2
      )`,
    [prefixOf(owner), sessionName],
  );
  // Two sweeps at once: the second finds it gone, or being dropped.
  for (const { name } of rows) {
    await maker.query(`drop database if exists ${name} with (force)`).catch(() => undefined);
  }
}
