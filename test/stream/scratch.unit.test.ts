import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { identify } from '../../src/process/process-table.ts';
import { scratchFolder } from '../../src/spark/scratch.ts';

it('a job sweeps the folders of those whose shop-pipe was killed, and no others', () => {
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-scratch-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const of = (parent: { pid: number; startTime: string } | null | undefined): string => {
    const folder = scratchFolder(home);
    const request = { parent: parent && { pid: parent.pid, start_time: parent.startTime } };
    if (parent !== undefined) writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
    return folder;
  };
  const me = identify(process.pid) ?? { pid: 0, startTime: '' };
  const folders = {
    lives: of(me),
    fills: of(undefined),
    alone: of(null),
    // Ours is another process of that number.
    reused: of({ ...me, startTime: '1' }),
    gone: of({ pid: 2 ** 22 - 1, startTime: '1' }),
  };
  scratchFolder(home);
  expect(Object.entries(folders).filter(([, folder]) => existsSync(folder))).toEqual([
    ['lives', folders.lives],
    ['fills', folders.fills],
    ['alone', folders.alone],
  ]);
});
