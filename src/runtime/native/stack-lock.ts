import { join } from 'node:path';
import { withLock } from '../../process/lock.ts';
import type { Progress } from '../../progress.ts';

export interface NativeContext {
  home: string;
  progress: Progress;
  signal: AbortSignal;
}

/** One `up` or `down` of a home at a time; a second one waits. */
export function stackLock<T>({ home, progress, signal }: NativeContext, work: () => Promise<T>): Promise<T> {
  return withLock(
    join(home, 'run', 'stack.lock'),
    {
      waitMs: 300_000,
      signal,
      onWait: (holder) => progress.note(`waiting for another shop-pipe (pid ${holder.pid})`),
    },
    work,
  );
}
