import { closeSync, createWriteStream, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { lastLogLines } from '../process/log-tail.ts';
import { makeFolder } from '../process/make-folder.ts';

/** Where the lines of one job go. */
export interface JobLog {
  write(line: string): void;
  /** The last lines of this job that are not empty, oldest first; whole only after `end`. */
  tail(count: number): string[];
  end(): Promise<void>;
}

/** `file`, or our standard error where SHOP_PIPE_LOGS says so: a container's log is what its first process says. */
export function openJobLog(file: string, env: NodeJS.ProcessEnv = process.env): JobLog {
  return env['SHOP_PIPE_LOGS'] === 'stderr' ? toStderr() : toFile(file);
}

function toFile(file: string): JobLog {
  makeFolder(dirname(file));
  const opened = openSync(file, 'a', 0o600);
  const start = fstatSync(opened).size;
  closeSync(opened);
  const sink = createWriteStream(file, { flags: 'a', mode: 0o600 });
  return {
    write: (line) => void sink.write(`${line}\n`),
    tail: (count) => lastLogLines(file, count, start),
    end: () => new Promise((resolve) => sink.end(resolve)),
  };
}

const kept = 100;

function toStderr(): JobLog {
  const lines: string[] = [];
  return {
    write(line) {
      process.stderr.write(`${line}\n`);
      if (line.trim() !== '') lines.push(line);
      if (lines.length > kept) lines.shift();
    },
    tail: (count) => lines.slice(-count),
    end: () => Promise.resolve(),
  };
}
