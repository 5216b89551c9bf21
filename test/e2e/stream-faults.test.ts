import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProduceSummary } from '../../src/events/producer/summary.ts';
import { Sandbox } from '../support/cli.ts';

interface StreamStatus {
  state: string;
  pid: number | null;
  lag: number | null;
  batches: number;
  rejected: number;
  totals: { read: number; applied: number };
}
interface Verification {
  ok: boolean;
  checks: { name: string; ok: boolean; expected: unknown; actual: unknown }[];
}
interface Stack {
  services: { name: string; pid: number | null }[];
}

/** Kinds of dirt that no consumer can take; the others are events like any other, or too late. */
const refused = [
  'malformed_json',
  'wrong_type',
  'nul',
  'number_range',
  'date_range',
  'unknown_product',
  'huge',
];

/** The whole stack under traffic, with one of its parts killed; afterwards every message must have counted once. */
describe('a stream whose engines are killed', () => {
  const sandbox = new Sandbox();
  /** Events acked so far, by every run of the producer. */
  let acked = 0;
  /** Those of them that have to be refused. */
  let dirty = 0;

  const ok = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await sandbox.run(args);
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  };
  const status = async (): Promise<StreamStatus> =>
    (await sandbox.json<StreamStatus>(['stream', 'status'])).data;
  const read = async (): Promise<number> => (await status()).totals.read;
  const pidOf = async (name: string): Promise<number> => {
    const { data } = await sandbox.json<Stack>(['status']);
    const pid = data.services.find((service) => service.name === name)?.pid;
    if (!pid) throw new Error(`${name} does not run: ${JSON.stringify(data)}`);
    return pid;
  };
  const produce = (...args: string[]): Promise<ProduceSummary> =>
    sandbox.json<ProduceSummary>(['produce', ...args]).then(({ code, data, stderr }) => {
      expect([code, data.failed], stderr).toEqual([0, 0]);
      acked += data.acked;
      for (const kind of refused) dirty += data.dirty[kind] ?? 0;
      return data;
    });

  /** Waits until all that was acked is in, and holds the books against Kafka, message by message. */
  async function expectAllInOnce(): Promise<void> {
    await expect.poll(read, { timeout: 120_000, interval: 500 }).toBe(acked);
    const { lag, rejected } = await status();
    expect([lag, rejected]).toEqual([0, dirty]);
    const { data } = await sandbox.json<Verification>(['verify', '--deep']);
    expect(data.checks.filter((check) => !check.ok)).toEqual([]);
    expect(data.ok).toBe(true);
  }

  beforeAll(async () => {
    await ok('up', 'postgres', 'kafka');
    await ok('seed', 'synthetic', '--orders', '2000', '--seed', '1');
    await ok('stream', 'start');
  });
  afterAll(() => sandbox.remove());

  it('takes every kind of dirt for what it is', async () => {
    const { dirty: kinds } = await produce(
      '--rate',
      '1000',
      '--count',
      '8000',
      '--dirty',
      '0.2',
      '--seed',
      '7',
    );
    expect(Object.keys(kinds)).toEqual(expect.arrayContaining(refused));
    await expectAllInOnce();
  });

  it('the broker', async () => {
    const before = await read();
    const producing = produce('--rate', '400', '--duration', '15s');
    await expect.poll(read, { timeout: 60_000 }).toBeGreaterThan(before);
    process.kill(await pidOf('kafka'), 'SIGKILL');
    await ok('up', 'kafka');
    await producing;
    await expectAllInOnce();
  });

  it('Postgres, whose unlogged stage is empty then', async () => {
    const before = await read();
    const producing = produce('--rate', '400', '--duration', '15s');
    await expect.poll(read, { timeout: 60_000 }).toBeGreaterThan(before);
    process.kill(await pidOf('postgres'), 'SIGKILL');
    await ok('up', 'postgres');
    await producing;
    await expectAllInOnce();
  });

  it('the producer', async () => {
    const before = await read();
    const { child, finished } = sandbox.spawn(['produce', '--rate', '2000']);
    await expect.poll(read, { timeout: 60_000 }).toBeGreaterThan(before + 2_000);
    child.kill('SIGKILL');
    await finished;
    const { data } = await sandbox.json<{ messages: number }>(['topic', 'status']);
    acked = data.messages;
    await expectAllInOnce();
  });

  it('a driver that is stopped, overtaken and let go on writes nothing', async () => {
    const driver = (await status()).pid;
    if (driver === null) throw new Error('the stream does not run');
    process.kill(-driver, 'SIGSTOP');
    try {
      await produce('--rate', '1000', '--count', '3000');
      await ok('stream', 'run', '--drain', '--take-over');
    } finally {
      process.kill(-driver, 'SIGCONT');
    }
    await expect.poll(async () => (await status()).state, { timeout: 60_000 }).toBe('failed');
    await expectAllInOnce();
    await ok('stream', 'start');
    await produce('--rate', '1000', '--count', '1000');
    await expectAllInOnce();
  });
});
