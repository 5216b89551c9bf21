import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/cli/documents/contract.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { identify } from '../../src/process/process-table.ts';
import type { RejectList } from '../../src/stream/rejects/list.ts';
import type { RunEnd } from '../../src/stream/run.ts';
import type { StartedStream } from '../../src/stream/start.ts';
import type { StreamStatus } from '../../src/stream/status.ts';
import type { StopResult } from '../../src/stream/stop-and-tell.ts';
import { Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';

interface Services {
  services: { name: string; state: string; pid: number | null }[];
}
interface Problem {
  error: { code: string; message: string; suggestion: string | null };
}
type Line = { event: string; state?: string; read?: number };

describe('the stream by the built CLI', () => {
  const sandbox = new Sandbox();
  const words = (line: string): string[] => line.split(' ');
  const status = async (): Promise<StreamStatus> =>
    (await sandbox.json<StreamStatus>(['stream', 'status'])).data;
  const service = async (): Promise<Services['services'][number] | undefined> =>
    (await sandbox.json<Services>(['status'])).data.services.find(({ name }) => name === 'stream');
  const sql = (text: string): Promise<Record<string, unknown>[]> =>
    withClient(sandboxTarget(sandbox), async (client) => (await client.query(text)).rows as never);
  /** Events acked so far: what the stream has to have read in the end. */
  let acked = 0;
  async function produce(line: string): Promise<void> {
    const { code, data, stderr } = await sandbox.json<{ acked: number }>(words(`produce ${line}`));
    expect(code, stderr).toBe(0);
    acked += data.acked;
  }
  async function start(): Promise<StartedStream> {
    const { code, data, stderr } = await sandbox.json<StartedStream>(['stream', 'start']);
    expect(code, stderr).toBe(0);
    return data;
  }
  const allIn = (): Promise<void> =>
    expect.poll(async () => (await status()).totals.read, { timeout: 60_000, interval: 250 }).toBe(acked);
  let startSeconds = 0;

  beforeAll(async () => {
    const up = await sandbox.run(words('up postgres kafka'));
    expect(up.code, up.stderr).toBe(0);
    expect((await sandbox.run(words('seed synthetic --orders 500 --seed 1'))).code).toBe(0);
  });
  afterAll(() => sandbox.remove());

  it('run --drain takes what is there and ends, one document per line', async () => {
    await produce('--rate 2000 --count 2000 --dirty 0.1 --seed 3');
    const { code, stdout, stderr } = await sandbox.run(words('stream run --drain --json'));
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines)
      expect(contract['stream run'].parse(JSON.parse(line))).toEqual(JSON.parse(line));
    const events = lines.map((line) => JSON.parse(line) as Line);
    expect(events.filter(({ event }) => event === 'state').map(({ state }) => state)).toEqual([
      'starting',
      'running',
      'stopping',
      'stopped',
    ]);
    const read = events.reduce((sum, event) => sum + (event.event === 'batch' ? (event.read ?? 0) : 0), 0);
    expect(read).toBe(acked);
    expect(events.at(-1)).toMatchObject({
      event: 'end',
      drained: true,
      interrupted: false,
      totals: { read },
    });
    expect(await status()).toMatchObject({ state: 'stopped', pid: null, lag: 0, totals: { read } });
    expect(await service()).toBeUndefined();
  });

  it('start returns when it runs; started twice, or two at once, it runs once', async () => {
    const began = performance.now();
    const both = await Promise.all([start(), start()]);
    startSeconds = (performance.now() - began) / 1000;
    expect(both.filter(({ started }) => started)).toHaveLength(1);
    const pid = both[0].pid;
    expect(await start()).toEqual({ started: false, state: 'running', detail: null, pid });
    const found = await status();
    expect(found).toMatchObject({ state: 'running', supervisor_pid: pid, restarts: 0, last_error: null });
    expect(identify(found.pid ?? 0)).not.toBeNull();
    expect(await service()).toMatchObject({ state: 'healthy', pid });
    expect((await sandbox.json<unknown[]>(words('logs stream'))).data.length).toBeGreaterThan(0);
  });

  it('a second one of the same name says who holds it, and reset refuses', async () => {
    const second = await sandbox.run(words('stream run --json'));
    expect(second.code).toBe(1);
    const { error } = JSON.parse(second.stdout.trimEnd().split('\n').at(-1) ?? '') as Problem;
    expect(error.code).toBe('stream_running');
    expect(await sandbox.json<Problem>(words('stream reset'))).toMatchObject({
      code: 1,
      data: { error: { code: 'stream_running', suggestion: 'shop-pipe stream stop' } },
    });
    expect((await status()).state).toBe('running');
  });

  it('status has rate, latency and no lag once all is in', async () => {
    await produce('--rate 500 --count 3000');
    await allIn();
    const { lag, events_per_s: rate, latency_ms: latency, committed } = await status();
    expect(lag).toBe(0);
    expect(rate).toBeGreaterThan(0);
    expect(latency.p99).toBeGreaterThanOrEqual(latency.p50 ?? Infinity);
    expect(Object.values(committed).reduce((sum, next) => sum + next, 0)).toBe(acked);
  });

  it('what was refused can be mended and replayed', async () => {
    const list = async (line: string): Promise<RejectList> =>
      (await sandbox.json<RejectList>(words(`rejects list ${line}`))).data;
    const { rejects, total } = await list('--reason unknown_product --limit 1000');
    expect(rejects.length).toBe(total);
    expect(total).toBeGreaterThan(0);
    await sql(`
      insert into shop.products (product_id, name, category, price)
      select distinct (line ->> 'product_id')::uuid, 'found again', 'toys', 1.00
      from ops.rejects, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'lines') as line
      where reason like 'unknown_product%'
      on conflict do nothing`);
    const { data } = await sandbox.json<{ replayed: number }>(
      words('rejects replay --reason unknown_product'),
    );
    expect(data.replayed).toBe(total);
    acked += total;
    await allIn();
    expect((await list('--reason unknown_product')).total).toBe(total);
  });

  it('a killed driver comes back by itself', async () => {
    const { pid, totals } = await status();
    const producing = produce('--rate 200 --duration 25s');
    await expect
      .poll(async () => (await status()).totals.read, { timeout: 30_000 })
      .toBeGreaterThan(totals.read);
    process.kill(pid ?? 0, 'SIGKILL');
    const killed = performance.now();
    const [{ batches } = {}] = await sql('select batches from ops.streams');
    await expect
      .poll(async () => (await sql('select batches from ops.streams'))[0]?.['batches'], {
        timeout: 60_000,
        interval: 100,
      })
      .not.toBe(batches);
    const seconds = (performance.now() - killed) / 1000;
    process.stderr.write(
      `first new commit ${seconds.toFixed(1)} s after the kill (start: ${startSeconds.toFixed(1)} s)\n`,
    );
    // Most of it is Spark's start: on a machine on which that takes long, so does this.
    expect(seconds).toBeLessThan(Math.max(15, 2 * startSeconds));
    await producing;
    await allIn();
    expect(await status()).toMatchObject({
      state: 'running',
      restarts: 1,
      last_error: { code: 'spark_killed' },
    });
  });

  it('stop ends it between two batches', async () => {
    const { pid, supervisor_pid: supervisor } = await status();
    const { data } = await sandbox.json<StopResult>(words('stream stop'));
    expect(data).toMatchObject({ stopped: true, killed: false, committed: (await status()).committed });
    for (const one of [pid, supervisor]) expect(identify(one ?? 0)).toBeNull();
    expect(await status()).toMatchObject({ state: 'stopped', pid: null, supervisor_pid: null });
    expect(await service()).toBeUndefined();
    expect(await sandbox.json(words('stream stop'))).toMatchObject({ code: 0, data: { stopped: false } });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('run ends at %s with what is committed, exit code %i', async (signal, exitCode) => {
    const { child, finished } = sandbox.spawn(words('stream run --json'));
    let seen = '';
    child.stdout?.on('data', (text: string) => (seen += text));
    await expect.poll(() => seen, { timeout: 120_000 }).toContain('"running"');
    child.kill(signal);
    const { code, stdout } = await finished;
    const end = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as RunEnd;
    expect([code, end.event, end.interrupted, end.killed]).toEqual([exitCode, 'end', true, false]);
    expect(Object.values(end.committed ?? {}).reduce((sum, next) => sum + next, 0)).toBe(acked);
  });

  it('that cannot start says why and what to do, and status keeps it', async () => {
    await sql(`update ops.streams set topic_id = 'AAAAAAAAAAAAAAAAAAAAAA'`);
    const { code, data } = await sandbox.json<Problem>(['stream', 'start']);
    expect([code, data.error]).toMatchObject([
      1,
      { code: 'topic_changed', suggestion: 'shop-pipe stream reset' },
    ]);
    expect(await status()).toMatchObject({
      state: 'failed',
      pid: null,
      last_error: { code: 'topic_changed' },
    });
    expect(await service()).toMatchObject({ state: 'failed', pid: null });
    expect(await sandbox.json(words('status --exit-code'))).toMatchObject({ code: 3 });
    expect(await sandbox.json(words('stream reset --to latest'))).toMatchObject({
      code: 0,
      data: { to: 'latest', passed_over: null },
    });
  });

  it('down stops it first, and leaves no process', async () => {
    await start();
    const { pid, supervisor_pid: supervisor, totals } = await status();
    expect(totals.read).toBe(0);
    const { services } = (await sandbox.json<Services>(['status'])).data;
    const { stopped } = (await sandbox.json<{ stopped: string[] }>(['down'])).data;
    expect([stopped[0], stopped.toSorted()]).toEqual(['stream', ['kafka', 'postgres', 'stream']]);
    for (const one of [pid, supervisor, ...services.map((running) => running.pid)])
      expect(identify(one ?? 0)).toBeNull();
    expect((await sandbox.json(['down'])).data).toMatchObject({ stopped: [] });
  });
});
