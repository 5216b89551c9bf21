import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { lastLogLines } from '../process/log-tail.ts';
import type { LogSource } from './log-sources.ts';

export interface LogLine {
  service: string;
  line: string;
}

/** What some services wrote. */
export interface Logs {
  /** The last `count` lines of each, oldest first. */
  read(count: number): Promise<LogLine[]>;
  /** Calls `onLine` for each line that is added until `signal` aborts. */
  follow(signal: AbortSignal, onLine: (line: LogLine) => void): Promise<void>;
}

/** Logs that are files of this machine; one that was rotated is followed from its start. */
export const fileLogs = (sources: readonly LogSource[]): Logs => ({
  read: async (count) =>
    sources.flatMap(({ service, file }) => lastLogLines(file, count).map((line) => ({ service, line }))),
  follow: (signal, onLine) => followFiles(sources, signal, onLine),
});

async function followFiles(
  sources: readonly LogSource[],
  signal: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<void> {
  const size = (file: string): number => (existsSync(file) ? statSync(file).size : 0);
  const offsets = new Map(sources.map(({ file }) => [file, size(file)]));
  while (!signal.aborted) {
    for (const { service, file } of sources) {
      const now = size(file);
      const from = offsets.get(file) ?? 0;
      if (now === from) continue;
      const start = now < from ? 0 : from;
      for await (const line of createInterface({ input: createReadStream(file, { start, end: now - 1 }) }))
        onLine({ service, line });
      offsets.set(file, now);
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 250);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
