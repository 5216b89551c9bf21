import { setTimeout as delay } from 'node:timers/promises';

const longestMs = 30_000;

export interface LockRetry {
  /** How often at most. */
  retries: number;
  signal: AbortSignal | undefined;
  /** Told before each pause. */
  onPause: (pauseMs: number, retry: number) => void;
}

/**
 * Runs `work` again where a lock could not be had in time. In the pauses, each about twice as long as the one before,
 * those who queued behind the statement come through; the jitter keeps it from meeting the same cron job each time.
 *
 * @throws what `work` threw last, or an AbortError at once when the signal says so.
 */
export async function retryingLocks<T>(work: () => Promise<T>, options: LockRetry): Promise<T> {
  for (let retry = 1; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isLockTimeout(error) || retry > options.retries) throw error;
      const pauseMs = Math.min(1000 * 2 ** (retry - 1), longestMs) * (0.5 + Math.random() / 2);
      options.onPause(pauseMs, retry);
      await delay(pauseMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

/** lock_not_available */
export const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03';
