import { join } from 'node:path';
import type { ProduceSummary } from '../events/producer/summary.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { startStream } from '../stream/start.ts';
import { type StreamStatus, streamStatus } from '../stream/status.ts';
import type { DemoContext } from './demo.ts';

/** What is produced: half a minute of events. */
const demoEvents = { rate: 500, seconds: null, count: 15_000 };

/** How long the stream may lag behind when the producer has ended, ms. */
const patienceMs = 60_000;

export interface LiveResult {
  produce: ProduceSummary;
  /** Once it had all of that in, or when patience was at its end. */
  stream: StreamStatus;
}

/** The live half of the story: the stream is started, and has orders to take in for half a minute. It goes on running. */
export async function runLive(context: DemoContext): Promise<LiveResult> {
  const { config, project, progress, signal } = context;
  await startStream(context, false);
  const { produce } = await import('../events/producer/produce.ts');
  const produced = await produce(
    {
      kafka: config.kafka.target,
      shop: config.postgres.owner,
      folder: join(project.home, 'tmp'),
      progress,
      signal,
    },
    { ...demoEvents, topic: ordersTopic, seed: null, startTime: null, dirty: 0, producers: 1 },
  );
  return { produce: produced, stream: await caughtUp(context) };
}

async function caughtUp({ config, project, progress, signal }: DemoContext): Promise<StreamStatus> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const status = await streamStatus(config, project);
    if (status.lag === 0 || signal.aborted) return status;
    if (performance.now() > deadline) {
      progress.warn(`the stream is still ${status.lag ?? '?'} events behind (shop-pipe stream status)`);
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
