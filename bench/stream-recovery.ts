import { setTimeout as delay } from 'node:timers/promises';
import { median } from './harness.ts';
import { commitAbove, driverOf, type LiveStream } from './live-stream.ts';

const rate = 1_000;

/** A driver that has worked for so long is warm, and its supervisor starts the next one at once. */
const lifeMs = 15_000;

/** From `kill -9` of the driver's process group to the first commit of its successor, under traffic. */
export async function recoveryFrom(kills: number, stream: LiveStream): Promise<string> {
  const traffic = new AbortController();
  const producing = stream.cli(['produce', '--rate', String(rate)], traffic.signal).catch(() => undefined);
  const seconds: number[] = [];
  try {
    let { epoch } = await commitAbove(stream, 0);
    for (let n = 0; n < kills; n += 1) {
      await delay(lifeMs);
      const driver = await driverOf(stream);
      const killed = Date.now() / 1000;
      process.kill(-driver, 'SIGKILL');
      // What was on its way into Postgres at the kill may still be committed: that is of the old epoch.
      const again = await commitAbove(stream, epoch);
      seconds.push(again.at - killed);
      epoch = again.epoch;
    }
  } finally {
    traffic.abort();
    await producing;
  }
  const list = seconds.map((one) => one.toFixed(1)).join(', ');
  return `kill -9 of the driver at ${rate.toLocaleString('en-US')} events/s: first new commit after ${median(seconds).toFixed(1)} s (${list})`;
}
