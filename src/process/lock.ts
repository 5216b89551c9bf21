import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { environmentError, interruptedError } from '../errors.ts';
import { makeFolder } from './make-folder.ts';
import { identify, isAlive, type ProcessId } from './process-table.ts';

export interface LockOptions {
  waitMs: number;
  signal?: AbortSignal;
  /** Called once when it has to wait. */
  onWait?: (holder: ProcessId) => void;
}

/**
 * Runs `work` while holding the lock file `path`. The file names its holder by pid and start time, so that the lock of
 * a killed process is free at once.
 *
 * @throws ShopPipeError `locked` when another process holds it for longer than `waitMs`.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  makeFolder(dirname(path));
  const deadline = Date.now() + options.waitMs;
  let told = false;
  for (;;) {
    const holder = tryLock(path);
    if (holder === null) break;
    if (options.signal?.aborted) throw interruptedError('waiting for another shop-pipe');
    if (Date.now() > deadline) {
      throw environmentError('locked', `another shop-pipe (pid ${holder.pid}) holds ${path}`, {
        suggestion: `wait for it, or look at it: ps -fp ${holder.pid}`,
      });
    }
    if (!told) options.onWait?.(holder);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Null when this process has it now, else its holder. */
function tryLock(path: string): ProcessId | null {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder && isAlive(holder)) return holder;
      removeStale(path, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function readHolder(path: string): ProcessId | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessId;
  } catch {
    return null;
  }
}

/** Two may see the same stale lock: each moves it aside and puts back what turns out to be somebody's living one. */
function removeStale(path: string, seen: ProcessId | null): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved && isAlive(moved) && JSON.stringify(moved) !== JSON.stringify(seen)) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has it by now; the one moved aside was in its first microseconds and loses the race loudly.
    }
  }
  rmSync(aside, { force: true });
}
