import { afterEach, describe, expect, it } from 'vitest';
import { identify, type ProcessId } from '../../src/process/process-table.ts';
import type { StreamEvent } from '../../src/spark/stream.ts';
import type { Submitted } from '../../src/spark/submit.ts';
import { RestartPolicy } from '../../src/stream/policy.ts';
import { RecordWriter, readRecord } from '../../src/stream/record.ts';
import { type RestartEvent, supervise } from '../../src/stream/supervise.ts';
import { FakeDriver } from './fake-driver.ts';

const me = identify(process.pid) as ProcessId;
const running = `say '{"event":"state","state":"running","detail":null}'`;
const serve = `trap 'exit 0' TERM; ${running}; while :; do sleep 0.02; done`;

let driver: FakeDriver;
afterEach(() => {
  for (const { pid } of driver.started) expect(identify(pid)).toBeNull();
  driver.remove();
});

/** Supervises the fake driver with a clock that stands still and pauses that take no time. */
function supervised(script: string, options: { drain?: boolean; takeOver?: boolean } = {}) {
  driver = new FakeDriver(script);
  const stop = new AbortController();
  const pauses: number[] = [];
  const takeOvers: boolean[] = [];
  const seen: (StreamEvent | RestartEvent)[] = [];
  let tell: (event: StreamEvent) => void = () => undefined;
  driver.events.push = (...events) => {
    for (const event of events) tell(event as unknown as StreamEvent);
    return Array.prototype.push.apply(driver.events, events);
  };
  const ended: Promise<Submitted> = supervise({
    life: ({ takeOver, onStart, onEvent }) => {
      takeOvers.push(takeOver);
      tell = onEvent;
      return driver.run(stop.signal, { onStart });
    },
    drain: options.drain ?? false,
    takeOver: options.takeOver ?? false,
    policy: new RestartPolicy(() => 0),
    record: new RecordWriter(driver.home, me),
    signal: stop.signal,
    onEvent: (event) => seen.push(event),
    pause: async (ms) => {
      pauses.push(ms);
    },
  });
  ended.catch(() => undefined);
  const state = (): unknown => readRecord(driver.home)?.state;
  return { ended, stop, pauses, takeOvers, seen, state };
}

describe('a supervisor', () => {
  it('starts a killed driver again at once, and ends with it when asked to', async () => {
    const { ended, stop, pauses, seen, state } = supervised(serve);
    await expect.poll(state, { timeout: 10_000 }).toBe('running');
    process.kill(driver.started[0]?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => driver.started.length, { timeout: 10_000 }).toBe(2);
    await expect.poll(state, { timeout: 10_000 }).toBe('running');
    expect(pauses).toEqual([0]);
    expect(readRecord(driver.home)).toMatchObject({
      driver: driver.started[1],
      restarts: 1,
      lastError: { code: 'spark_killed' },
    });
    expect(seen).toContainEqual(expect.objectContaining({ event: 'restart', restarts: 1, after_s: 0 }));
    stop.abort();
    expect(await ended).toEqual({ killed: false });
    expect(readRecord(driver.home)).toMatchObject({ state: 'stopped', driver: null, killed: false });
  });

  it('gives up after five failures in a row, loudly', async () => {
    const { ended, pauses } = supervised(`echo 'Error: no memory' >&2; exit 1`);
    await expect(ended).rejects.toMatchObject({
      code: 'stream_gave_up',
      message: expect.stringMatching(/^gave up after 5 failures in a row: .*no memory/),
      suggestion: 'shop-pipe logs stream',
    });
    expect([driver.lives, pauses]).toEqual([5, [1000, 2000, 4000, 8000]]);
  });

  it('goes on where each life commits something', async () => {
    const batch = `say '{"event":"batch","batch_id":1,"read":1}'`;
    const { ended, pauses } = supervised(`${running}; ${batch}; [ $n -lt 9 ] && exit 1; exit 0`, {
      drain: true,
    });
    expect(await ended).toEqual({ killed: false });
    expect([driver.lives, new Set(pauses)]).toEqual([9, new Set([1000])]);
  });

  it.each([
    ['data', 'offsets_lost'],
    ['environment', 'superseded'],
    ['environment', 'stream_running'],
  ])('gives up at once on %s %s', async (kind, code) => {
    const { ended } = supervised(
      `say '{"event":"error","kind":"${kind}","code":"${code}","message":"m","suggestion":"s"}'; exit 1`,
    );
    await expect(ended).rejects.toMatchObject({ kind, code, message: 'm', suggestion: 's' });
    expect(driver.lives).toBe(1);
    expect(readRecord(driver.home)?.lastError).toMatchObject({ kind, code, message: 'm', suggestion: 's' });
  });

  it('says what the driver waits for', async () => {
    const { ended, stop } = supervised(
      `trap 'exit 0' TERM; say '{"event":"state","state":"waiting","detail":"kafka is away"}'; while :; do sleep 0.02; done`,
    );
    await expect
      .poll(() => readRecord(driver.home), { timeout: 10_000 })
      .toMatchObject({ state: 'waiting', detail: 'kafka is away', driver: driver.started[0] });
    stop.abort();
    await ended;
  });

  it('takes the stream over once, not again when it is started again', async () => {
    const { ended, takeOvers } = supervised(
      `[ $n -eq 1 ] && exit 1; ${running}; [ $n -lt 4 ] && exit 1; exit 0`,
      {
        takeOver: true,
        drain: true,
      },
    );
    await ended;
    // The first ended before it ran.
    expect(takeOvers).toEqual([true, true, false, false]);
  });

  it('restarts a driver that somebody else has asked to end', async () => {
    const { ended, stop, pauses, state } = supervised(serve);
    await expect.poll(state, { timeout: 10_000 }).toBe('running');
    process.kill(driver.started[0]?.pid ?? 0, 'SIGTERM');
    await expect.poll(() => driver.started.length, { timeout: 10_000 }).toBe(2);
    expect(pauses).toEqual([0]);
    stop.abort();
    await ended;
  });
});
