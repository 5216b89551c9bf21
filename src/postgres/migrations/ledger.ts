import type pg from 'pg';
import { environmentError } from '../../errors.ts';
import type { MigrationFile } from './files.ts';

/**
 * Where a database remembers its migrations. It is in `public` since 0001 makes the schema ops and its down drops it;
 * from Postgres 15 on only the owner of the database may create there.
 */
export const ledgerTable = 'public.shop_pipe_migrations';

/** `applying` and `reverting` outlive a run only for a `transaction:false` section that did not get to its end. */
type LedgerState = 'applied' | 'applying' | 'reverting';

export interface LedgerRow {
  version: number;
  name: string;
  checksum: string;
  state: LedgerState;
  /** Statements of the `transaction:false` section that are done. */
  statements_done: number;
  /** What stopped a half-run section; null where its process was killed. */
  error: string | null;
  /** As Postgres prints it in UTC. */
  applied_at: string | null;
}

/** Makes the table where it is missing; the caller holds the migration lock. */
export async function ensureLedger(client: pg.Client): Promise<void> {
  if (await hasLedger(client)) return;
  try {
    await client.query(`
      create table ${ledgerTable} (
        version integer primary key,
        name text not null,
        checksum text not null,
        state text not null check (state in ('applied', 'applying', 'reverting')),
        statements_done integer not null default 0,
        error text,
        seconds numeric(10, 3),
        applied_at timestamptz
      );
      comment on table ${ledgerTable} is
        'migrations of this database; a state other than applied is a section without transaction that stopped half way'`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    const { rows } = await client.query('select current_user as role, current_database() as database');
    const { role, database } = rows[0] as { role: string; database: string };
    throw environmentError(
      'migrate_not_permitted',
      `role ${role} may not create tables in schema public of ${database}`,
      {
        suggestion: `alter database ${database} owner to ${role}`,
        cause: error,
      },
    );
  }
}

/** The rows by version; none where the table is missing. */
export async function readLedger(client: pg.Client): Promise<LedgerRow[]> {
  if (!(await hasLedger(client))) return [];
  try {
    const { rows } = await client.query<LedgerRow>(`
      select version, name, checksum, state, statements_done, error,
        to_char(applied_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as applied_at
      from ${ledgerTable}
      order by version`);
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw environmentError('migrate_not_permitted', `role ${client.user} may not read ${ledgerTable}`, {
      suggestion: `grant select on ${ledgerTable} to ${client.user}`,
      cause: error,
    });
  }
}

export async function recordApplied(client: pg.Client, file: MigrationFile, seconds: number): Promise<void> {
  await client.query(
    `insert into ${ledgerTable} (version, name, checksum, state, statements_done, seconds, applied_at)
    values ($1, $2, $3, 'applied', $4, $5, clock_timestamp())
    on conflict (version) do update set
      name = excluded.name, checksum = excluded.checksum, state = excluded.state, statements_done = excluded.statements_done, error = null,
      seconds = excluded.seconds, applied_at = excluded.applied_at`,
    [file.version, file.name, file.checksum, file.up.statements.length, seconds],
  );
}

/** Before the first statement outside of a transaction, so that a kill in the middle leaves a trace. */
export async function recordStarted(
  client: pg.Client,
  file: MigrationFile,
  state: 'applying' | 'reverting',
  done: number,
): Promise<void> {
  await client.query(
    `insert into ${ledgerTable} (version, name, checksum, state, statements_done)
    values ($1, $2, $3, $4, $5)
    on conflict (version) do update set
      name = excluded.name, checksum = excluded.checksum, state = excluded.state,
      statements_done = excluded.statements_done, error = null`,
    [file.version, file.name, file.checksum, state, done],
  );
}

export async function recordStatementsDone(client: pg.Client, version: number, done: number): Promise<void> {
  await client.query(`update ${ledgerTable} set statements_done = $2 where version = $1`, [version, done]);
}

export async function recordFailed(client: pg.Client, version: number, message: string): Promise<void> {
  await client.query(`update ${ledgerTable} set error = $2 where version = $1`, [version, message]);
}

export async function recordReverted(client: pg.Client, version: number): Promise<void> {
  await client.query(`delete from ${ledgerTable} where version = $1`, [version]);
}

/** Takes an applied file as it is now for what was applied. */
export async function recordAccepted(client: pg.Client, file: MigrationFile): Promise<void> {
  await client.query(`update ${ledgerTable} set name = $2, checksum = $3 where version = $1`, [
    file.version,
    file.name,
    file.checksum,
  ]);
}

async function hasLedger(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as present', [ledgerTable]);
  return (rows[0] as { present: boolean }).present;
}
