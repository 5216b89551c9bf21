import { describe, expect, it } from 'vitest';
import type { ProducedEvent } from '../../../src/events/event.ts';
import type { Outgoing } from '../../../src/events/producer/outgoing.ts';
import { partitionOf } from '../../../src/events/producer/partition.ts';
import type { SealedBatch } from '../../../src/events/producer/produce-request.ts';
import { Sender } from '../../../src/events/producer/sender.ts';
import type { Answer } from '../../../src/events/producer/session.ts';

/** A broker's side of the protocol, as far as a producer can tell: what it takes, and what it makes of a repeated batch. */
class Log {
  readonly partitions = 3;
  readonly producerId = 1n;
  readonly producerEpoch = 0;
  readonly written: number[] = [0, 0, 0];
  readonly requests: SealedBatch[][] = [];
  readonly mishaps: ((batch: SealedBatch) => Answer | 'lost answer' | null)[] = [];
  inFlight = 0;
  maxBytes = Infinity;
  recovered = 0;

  async produce(batches: readonly SealedBatch[]): Promise<Answer[]> {
    expect(++this.inFlight).toBe(1);
    this.requests.push([...batches]);
    const mishap = this.mishaps.shift();
    await Promise.resolve();
    this.inFlight--;
    return batches.map((batch): Answer => {
      const answer = mishap?.(batch) ?? null;
      if (answer !== null && answer !== 'lost answer') return answer;
      const { partition, bytes } = batch;
      if (bytes.length > this.maxBytes) return { partition, errorCode: 10 };
      const first = bytes.readInt32BE(53);
      const next = this.written[partition] ?? 0;
      // What it has it takes for a repetition; what leaves a gap it refuses.
      if (first > next) return { partition, errorCode: 45 };
      if (first === next) this.written[partition] = next + bytes.readInt32BE(57);
      return answer === null ? { partition, errorCode: 0 } : { partition, trouble: 'Closed connection' };
    });
  }

  async recover(): Promise<void> {
    this.recovered++;
  }
}

const events = (count: number, bytes = 10): Outgoing[] =>
  Array.from({ length: count }, (_, n) => ({
    madeAt: 0,
    event: { key: `order-${n % 50}`, value: Buffer.alloc(bytes), version: n } as ProducedEvent,
  }));

async function send(log: Log, items: readonly Outgoing[], patienceMs = 60_000) {
  const acked: Outgoing[] = [];
  const giveUp = new AbortController();
  const onAcked = (batch: readonly Outgoing[]): void => void acked.push(...batch);
  const sender = new Sender({ session: log, onAcked, patienceMs, giveUp: giveUp.signal });
  for (const item of items) sender.add(item);
  sender.close();
  await sender.run();
  return { acked, failure: sender.failure };
}

function expectAllOnce(log: Log, items: readonly Outgoing[], acked: readonly Outgoing[]): void {
  expect(acked.length).toBe(items.length);
  expect(log.written.reduce((a, b) => a + b)).toBe(items.length);
  for (const partition of [0, 1, 2]) {
    const there = ({ event }: Outgoing): boolean => partitionOf(event.key, 3) === partition;
    expect(acked.filter(there)).toEqual(items.filter(there));
  }
}

describe('Sender', () => {
  it('sends all, a thousand events to a batch, one request at a time', async () => {
    const [log, items] = [new Log(), events(10_000)];
    const { acked, failure } = await send(log, items);
    expect(failure).toBeNull();
    expectAllOnce(log, items, acked);
    expect(Math.max(...log.requests.flat().map(({ bytes }) => bytes.readInt32BE(57)))).toBe(1_000);
  });

  it('keeps a batch below a megabyte', async () => {
    const [log, items] = [new Log(), events(60, 300_000)];
    const { acked } = await send(log, items);
    expectAllOnce(log, items, acked);
    expect(Math.max(...log.requests.flat().map(({ bytes }) => bytes.length))).toBeLessThan(1_000_000);
  });

  it('sends the same bytes until there is an answer, whether they were written or not', async () => {
    const [log, items] = [new Log(), events(5_000)];
    log.mishaps.push(
      ({ partition }) => ({ partition, trouble: 'Connection error: ECONNREFUSED' }),
      () => 'lost answer',
      () => 'lost answer',
    );
    const { acked, failure } = await send(log, items);
    expect(failure).toBeNull();
    expectAllOnce(log, items, acked);
    const [first, second, third, fourth] = log.requests;
    for (const again of [second, third, fourth]) expect(again).toEqual(first);
    expect(log.recovered).toBe(3);
  });

  it('repeats only the partitions that failed', async () => {
    const [log, items] = [new Log(), events(5_000)];
    const oneLate = ({ partition }: SealedBatch): Answer | null =>
      partition === 1 ? { partition, errorCode: 7 } : null;
    log.mishaps.push(oneLate, oneLate, oneLate);
    const { acked } = await send(log, items);
    expectAllOnce(log, items, acked);
    const late = log.requests.slice(0, 4).map((batches) => batches.find(({ partition }) => partition === 1));
    expect(new Set(late).size).toBe(1);
  });

  it('takes a batch that the broker only half remembers for written', async () => {
    const [log, items] = [new Log(), events(100)];
    log.mishaps.push(
      () => 'lost answer',
      ({ partition }) => ({ partition, errorCode: 46 }),
    );
    expectAllOnce(log, items, (await send(log, items)).acked);
  });

  it('cuts a batch that is too large', async () => {
    const [log, items] = [new Log(), events(2_000, 400)];
    log.maxBytes = 20_000;
    const { acked, failure } = await send(log, items);
    expect(failure).toBeNull();
    expectAllOnce(log, items, acked);
  });

  it.each([
    [10, 'message too large', 1],
    [29, 'not allowed to write to the topic', 500],
    [45, 'events that it had acknowledged are gone', 500],
  ])('gives up at once at error %i', async (errorCode, text, count) => {
    const log = new Log();
    log.mishaps.push(({ partition }) => ({ partition, errorCode }));
    const { acked, failure } = await send(log, events(count));
    expect([acked.length, failure, log.requests.length]).toEqual([0, text, 1]);
  });

  it('gives up when patience is at its end, and says what for', async () => {
    const log = new Log();
    for (let n = 0; n < 100; n++) log.mishaps.push(({ partition }) => ({ partition, errorCode: 6 }));
    const { acked, failure } = await send(log, events(10), 200);
    expect([acked.length, failure]).toEqual([0, 'the leader has moved']);
  });

  it('gives up when told to, though the broker never answers', async () => {
    const giveUp = new AbortController();
    let acked = 0;
    const session = new Log();
    session.produce = () => new Promise<never>(() => {});
    const onAcked = (): void => void acked++;
    const sender = new Sender({ session, onAcked, patienceMs: 60_000, giveUp: giveUp.signal });
    for (const item of events(10)) sender.add(item);
    const done = sender.run();
    giveUp.abort();
    await done;
    expect([acked, sender.failure]).toEqual([0, 'interrupted']);
  });
});
