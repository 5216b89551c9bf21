import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchLockKey } from '../../src/etl/batch-lock.ts';
import { readRuns } from '../../src/etl/status.ts';
import { runsText } from '../../src/etl/status-text.ts';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
const all = { runId: null, limit: 10 };

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe('etl status', () => {
  it('says that the batch never ran', async () => {
    expect(await readRuns(database.owner, all)).toEqual([]);
    expect(runsText([], false)).toContain('has not run yet');
  });

  it('shows runs with their checks, the newest first', async () => {
    await withClient(database.owner, async (client) => {
      await client.query(`
        insert into ops.etl_runs (epoch, requested, timezone, state, days, rows, seconds, error, started_at, finished_at) values
          (1, '{"kind": "full"}', 'UTC', 'succeeded', '{2018-05-01,2018-05-02}', '{"fact_orders": 1254}', '{"total": 9.5}', null,
            '2018-06-01 02:00:00.25+00', '2018-06-01 02:00:10+00'),
          (2, '{"kind": "days", "days": ["2018-05-01"], "only": true}', 'UTC', 'failed', null, null, null, 'audit_failed: it differs',
            '2018-06-02 02:00:00+00', '2018-06-02 02:00:10+00'),
          (3, '{"kind": "range", "from": "2018-05-01", "to": "2018-05-03", "only": false}', 'UTC', 'running', null, null, null, null,
            '2018-06-03 02:00:00+00', null);
        insert into ops.etl_checks values (1, 'rows', true, '1254', '1254'), (1, 'orphans', true, '0', '0'), (2, 'rows', false, '254', '253');`);
    });
    const [running, failed, succeeded] = await readRuns(database.owner, all);
    expect(running).toMatchObject({
      run_id: 3,
      state: 'abandoned',
      ok: false,
      checks: [],
      finished_at: null,
    });
    expect(failed).toMatchObject({ run_id: 2, state: 'failed', ok: false, days: null });
    expect(failed?.checks).toEqual([{ name: 'rows', ok: false, expected: '254', actual: '253' }]);
    expect(succeeded).toMatchObject({
      run_id: 1,
      ok: true,
      days: ['2018-05-01', '2018-05-02'],
      started_at: '2018-06-01T02:00:00.250Z',
      requested: { kind: 'full' },
    });
    expect(succeeded?.checks.map(({ name }) => name)).toEqual(['orphans', 'rows']);
    const text = runsText(await readRuns(database.owner, all), true);
    for (const seen of [
      '2 held',
      '1 of 1 failed',
      '1,254',
      '2018-05-01 to 2018-05-03',
      'FAIL  rows',
      'run 2: audit_failed',
    ])
      expect(text).toContain(seen);
  });

  it('takes a run for alive while it holds the lock of the batch', async () => {
    const batch = await connect(database.etl);
    try {
      await batch.query('select pg_advisory_lock($1)', [batchLockKey]);
      expect((await readRuns(database.owner, all))[0]?.state).toBe('running');
    } finally {
      await batch.end();
    }
  });

  it('shows one run, or says that there is none', async () => {
    expect(await readRuns(database.owner, { runId: 2, limit: 10 })).toHaveLength(1);
    expect(await readRuns(database.owner, { runId: null, limit: 1 })).toMatchObject([{ run_id: 3 }]);
    await expect(readRuns(database.owner, { runId: 99, limit: 10 })).rejects.toMatchObject({
      code: 'etl_run_unknown',
    });
  });

  it('knows the lock of the batch', () => {
    // As Python has it: int.from_bytes(b"shop_etl", "big").
    expect(batchLockKey).toBe(8316019240367125612n);
  });
});
