import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../src/postgres/connection.ts';
import { silent } from '../../src/progress.ts';
import { streamLockKey } from '../../src/stream/ledger.ts';
import { stopAndTell } from '../../src/stream/stop-and-tell.ts';
import { testKafka } from '../support/kafka.ts';
import { type LedgerRow, type Setting, streamSetting, writeLedger } from './setting.ts';

const nobody = 2 ** 22 - 1;
let setting: Setting;
beforeEach(async () => {
  setting = await streamSetting(testKafka());
});
afterEach(() => setting.remove());

const books = (changes: Partial<LedgerRow>): Promise<void> =>
  writeLedger(setting, {
    cluster_id: 'c',
    topic_id: 't',
    state: 'running',
    detail: null,
    host: hostname(),
    pid: nobody,
    heartbeat: 1,
    committed: { 0: 7 },
    ...changes,
  });
const stop = () => stopAndTell(setting.config, setting.project, silent);
const state = async (): Promise<unknown> =>
  (await setting.sql('select state from ops.streams'))[0]?.['state'];

describe('stream stop', () => {
  it('writes into the books that a stream is stopped whose driver could not', async () => {
    await books({});
    expect(await stop()).toEqual({ stopped: false, killed: false, committed: { 0: 7 } });
    expect(await state()).toBe('stopped');
  });

  it('leaves a driver alone that lives, is elsewhere, or holds the stream', async () => {
    await books({ pid: process.pid });
    await stop();
    expect(await state()).toBe('running');
    await books({ host: 'elsewhere' });
    await stop();
    expect(await state()).toBe('running');
    await books({});
    await withClient(setting.config.postgres.owner, async (client) => {
      await client.query(`select pg_advisory_lock(${streamLockKey})`, ['orders']);
      await stop();
    });
    expect(await state()).toBe('running');
  });

  it('leaves the reason why one failed', async () => {
    await books({ state: 'failed', detail: 'gap' });
    await stop();
    expect(await state()).toBe('failed');
  });
});
