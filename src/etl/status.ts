import type pg from 'pg';
import { dataError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';
import { isoColumn } from '../stream/rejects/filter.ts';
import { batchLockKey } from './batch-lock.ts';
import { readBooks } from './read-books.ts';

/** Which days a run was asked for, as the batch keeps it. */
export type EtlRequested =
  | { kind: 'full' }
  | { kind: 'range'; from: string; to: string; only: boolean }
  | { kind: 'days'; days: string[]; only: boolean };

export interface RecordedCheck {
  name: string;
  ok: boolean;
  expected: string | null;
  actual: string | null;
}

/** A run of the batch as its books have it. */
export interface EtlRun {
  run_id: number;
  /** `abandoned`: its driver ended without a word, and nothing of it was published. */
  state: 'running' | 'succeeded' | 'failed' | 'abandoned';
  /** It succeeded, and each check that it recorded held. */
  ok: boolean;
  requested: EtlRequested;
  timezone: string;
  /** The days it made anew; null for one that published nothing. */
  days: string[] | null;
  /** Rows by curated table; null for one that published nothing. */
  rows: Record<string, number> | null;
  /** Seconds by stage. */
  seconds: Record<string, number> | null;
  error: string | null;
  /** ISO 8601. */
  started_at: string;
  finished_at: string | null;
  checks: RecordedCheck[];
}

/**
 * The newest runs first, or only the one with `runId`.
 *
 * @throws ShopPipeError `etl_run_unknown`, and as `readBooks`.
 */
export function readRuns(
  owner: PgTarget,
  { runId, limit }: { runId: number | null; limit: number },
): Promise<EtlRun[]> {
  return readBooks(owner, 'etl status', async (client) => {
    const runs = await runsOf(client, runId, limit);
    if (runId !== null && runs.length === 0) {
      throw dataError('etl_run_unknown', `there is no run ${runId} of the batch`, {
        suggestion: 'shop-pipe etl status',
      });
    }
    return runs;
  });
}

async function runsOf(client: pg.Client, runId: number | null, limit: number): Promise<EtlRun[]> {
  const { rows } = await client.query<Omit<EtlRun, 'run_id' | 'ok'> & { run_id: string }>(
    `select
      run_id,
      -- A run holds the batch's lock; one without it is dead, and the next run writes that down.
      case when state = 'running' and not exists (
        select from pg_locks
        where locktype = 'advisory' and objsubid = 1 and granted
          and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = ${batchLockKey}
      ) then 'abandoned' else state end as state,
      requested,
      timezone,
      to_jsonb(days) as days,
      rows,
      seconds,
      error,
      ${isoColumn('started_at')},
      ${isoColumn('finished_at')},
      coalesce(
        (
          select jsonb_agg(jsonb_build_object('name', name, 'ok', ok, 'expected', expected, 'actual', actual) order by name)
          from ops.etl_checks
          where etl_checks.run_id = etl_runs.run_id
        ),
        '[]'
      ) as checks
    from ops.etl_runs
    where $1::bigint is null or run_id = $1
    order by etl_runs.run_id desc
    limit $2`,
    [runId, limit],
  );
  return rows.map(({ run_id: id, ...run }) => ({
    run_id: Number(id),
    ...run,
    ok: run.state === 'succeeded' && run.checks.every(({ ok }) => ok),
  }));
}
