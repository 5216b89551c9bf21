import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { identify } from '../../src/process/process-table.ts';
import { FakeDriver } from './fake-driver.ts';

const drivers: FakeDriver[] = [];
afterEach(() => {
  for (const driver of drivers.splice(0)) {
    for (const { pid } of driver.started) expect(identify(pid)).toBeNull();
    expect(readdirSync(join(driver.home, 'run'))).toEqual([]);
    driver.remove();
  }
});
function driverOf(script: string): FakeDriver {
  const driver = new FakeDriver(script);
  drivers.push(driver);
  return driver;
}
const untilRunning = (driver: FakeDriver): Promise<void> =>
  expect.poll(() => driver.events.at(-1)?.['state'], { timeout: 10_000 }).toBe('running');
const running = `say '{"event":"state","state":"running","detail":null}'`;

describe('a job without an end', () => {
  it('that is asked to end and does so has succeeded', async () => {
    const driver = driverOf(`trap 'say "{\\"event\\":\\"state\\",\\"state\\":\\"stopped\\"}"; exit 0' TERM
      ${running}; echo 'a line of log'; while :; do sleep 0.02; done`);
    const stop = new AbortController();
    const ended = driver.run(stop.signal);
    await untilRunning(driver);
    stop.abort();
    expect(await ended).toEqual({ killed: false });
    expect(driver.events.at(-1)).toMatchObject({ state: 'stopped' });
    expect(driver.log()).toContain('a line of log\n');
  });

  it('that is killed says so, with what is left of its group', async () => {
    const driver = driverOf(`sleep 600 & say '{"event":"state","state":"running","detail":"'$!'"}'; wait`);
    const ended = driver.run(new AbortController().signal);
    await untilRunning(driver);
    const child = Number(driver.events.at(-1)?.['detail']);
    expect(identify(child)).not.toBeNull();
    process.kill(driver.started[0]?.pid ?? 0, 'SIGKILL');
    await expect(ended).rejects.toMatchObject({ kind: 'environment', code: 'spark_killed' });
    expect(identify(child)).toBeNull();
  });

  it('whose Python is killed, which spark-submit ends with 137 for, was killed', async () => {
    const driver = driverOf('exit 137');
    await expect(driver.run(new AbortController().signal)).rejects.toMatchObject({ code: 'spark_killed' });
  });

  it('fails with what it reported, else with the end of its log', async () => {
    const reports = driverOf(
      `say '{"event":"error","kind":"data","code":"gap","message":"a gap","suggestion":"shop-pipe stream reset"}'; exit 1`,
    );
    await expect(reports.run(new AbortController().signal)).rejects.toMatchObject({
      kind: 'data',
      code: 'gap',
      message: 'a gap',
      suggestion: 'shop-pipe stream reset',
    });
    const silent = driverOf(`echo 'java.lang.Error: no more' >&2; exit 3`);
    await expect(silent.run(new AbortController().signal)).rejects.toMatchObject({
      code: 'spark_failed',
      message: expect.stringContaining('no more'),
      suggestion: 'shop-pipe logs stream',
    });
  });

  it('that nobody asked to end may, and has succeeded', async () => {
    expect(await driverOf('exit 0').run(new AbortController().signal)).toEqual({ killed: false });
  });
});

it('a job with an end that is interrupted has not succeeded', async () => {
  const driver = driverOf(`trap 'exit 0' TERM; ${running}; while :; do sleep 0.02; done`);
  const stop = new AbortController();
  const ended = driver.run(stop.signal, { endless: false });
  await untilRunning(driver);
  stop.abort();
  await expect(ended).rejects.toMatchObject({ kind: 'interrupted' });
});
