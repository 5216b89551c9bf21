import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../src/process/lock.ts';
import { identify } from '../../src/process/process-table.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-pipe-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets one work at a time and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;
  const work = (): Promise<void> =>
    withLock(join(folder, 'l'), { waitMs: 10_000 }, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over from a process that is gone, also when its number lives again', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const pid = child.pid ?? 0;
  await new Promise((resolve) => child.once('close', resolve));
  for (const holder of [
    { pid, startTime: '1' },
    { pid: process.pid, startTime: 'of another boot' },
    'not json',
  ]) {
    writeFileSync(join(folder, 'l'), typeof holder === 'string' ? holder : JSON.stringify(holder));
    await expect(withLock(join(folder, 'l'), { waitMs: 1_000 }, async () => 'mine')).resolves.toBe('mine');
  }
});

it('names the holder when it has waited long enough', async () => {
  const other = spawn('sleep', ['60']);
  try {
    writeFileSync(join(folder, 'l'), JSON.stringify(identify(other.pid ?? 0)));
    const waiting = withLock(join(folder, 'l'), { waitMs: 150 }, async () => undefined);
    await expect(waiting).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`pid ${other.pid}`),
    });
  } finally {
    other.kill('SIGKILL');
  }
});

it('is free again after work that threw', async () => {
  await expect(
    withLock(join(folder, 'l'), { waitMs: 0 }, () => Promise.reject(new Error('no'))),
  ).rejects.toThrow('no');
  expect(existsSync(join(folder, 'l'))).toBe(false);
});
