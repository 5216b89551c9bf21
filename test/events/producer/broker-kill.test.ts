import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { produce } from '../../../src/events/producer/produce.ts';
import { topicStatus } from '../../../src/kafka/topic-status.ts';
import { ensureTopic } from '../../../src/kafka/topics.ts';
import { type Progress, silent } from '../../../src/progress.ts';
import { type TestBroker, testBroker } from '../../support/broker.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { expectExactlyOnce } from './exactly-once.ts';
import { fillShop } from './shop.ts';
import { topicContents } from './topic-contents.ts';

const topic = 'shop.orders';

describe('produce while its broker is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-produce-'));
  let broker: TestBroker;
  let database: TestDatabase;
  beforeAll(async () => {
    [broker, database] = await Promise.all([testBroker(), testDatabase()]);
    await fillShop(database.owner);
    await broker.supervisor.start(broker.service);
    await ensureTopic(broker.target, { topic, partitions: 3, retentionMs: 3_600_000 });
  });
  afterAll(async () => {
    await broker.remove();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const context = (signal: AbortSignal, progress = silent) => ({
    kafka: broker.target,
    shop: database.owner,
    folder,
    progress,
    signal,
  });
  const messages = async (): Promise<number> => (await topicStatus(broker.target, topic)).messages;

  it('three times over waits for it, loses nothing and doubles nothing', async () => {
    const stop = new AbortController();
    const notes: string[] = [];
    const options = {
      topic,
      rate: 4_000,
      seconds: null,
      count: null,
      seed: 1,
      startTime: null,
      dirty: 0,
      producers: 2,
    };
    const running = produce(context(stop.signal, listening(notes)), options);
    for (let kill = 0; kill < 3; kill++) {
      const before = await messages();
      await expect.poll(messages, { timeout: 60_000, interval: 200 }).toBeGreaterThan(before + 4_000);
      process.kill(await broker.pid(), 'SIGKILL');
      // Long enough that connections are refused, not only cut.
      await delay(kill * 1_500);
      await broker.supervisor.start(broker.service);
    }
    const before = await messages();
    await expect.poll(messages, { timeout: 60_000, interval: 200 }).toBeGreaterThan(before + 4_000);
    stop.abort();
    const summary = await running;
    expect(summary).toMatchObject({ interrupted: true, failed: 0, failure: null });
    expect(notes.filter((note) => note.includes('waiting for Kafka')).length).toBeGreaterThan(0);
    expectExactlyOnce(await topicContents(broker.target, topic), summary);
  }, 240_000);

  it('gives up when patience is at its end, and tells how many it does not know of', async () => {
    const signal = new AbortController().signal;
    const options = {
      topic,
      rate: 1_000,
      seconds: 60,
      count: null,
      seed: 2,
      startTime: null,
      dirty: 0,
      producers: 1,
    };
    const before = await messages();
    const running = produce(context(signal), { ...options, patienceMs: 2_000 });
    await expect.poll(messages, { timeout: 20_000, interval: 200 }).toBeGreaterThan(before + 1_000);
    process.kill(await broker.pid(), 'SIGKILL');
    const { sent, acked, failed, failure, interrupted } = await running;
    expect([acked + failed, interrupted]).toEqual([sent, false]);
    expect(failed).toBeGreaterThan(0);
    expect(failure).toMatch(/connect/i);
    await broker.supervisor.start(broker.service);
    const there = (await messages()) - before;
    expect(there).toBeGreaterThanOrEqual(acked);
    expect(there).toBeLessThanOrEqual(sent);
  }, 120_000);
});

/** Keeps what a running step says of itself. */
const listening = (notes: string[]): Progress => ({
  ...silent,
  step: (label, total) => ({
    ...silent.step(label, total),
    advance: (_, note) => void notes.push(note ?? ''),
  }),
});
