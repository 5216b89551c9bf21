import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../process/make-folder.ts';
import { isAlive } from '../process/process-table.ts';

const prefix = 'spark-';

/** Name of a job's request in its folder; `parent` in it is the process that waits for the job. */
export const requestName = 'request.json';

/** A new folder for a job's files; those of jobs whose shop-pipe was killed, with what Spark spilled there, go. */
export function scratchFolder(home: string): string {
  const run = join(home, 'run');
  makeFolder(run);
  for (const name of readdirSync(run))
    if (name.startsWith(prefix) && isForsaken(join(run, name)))
      rmSync(join(run, name), { recursive: true, force: true });
  return mkdtempSync(join(run, prefix));
}

/** A job without its parent ends itself. A folder without a request is being filled. */
function isForsaken(folder: string): boolean {
  try {
    const { parent } = JSON.parse(readFileSync(join(folder, requestName), 'utf8')) as {
      parent: { pid: number; start_time: string } | null;
    };
    return parent !== null && !isAlive({ pid: parent.pid, startTime: parent.start_time });
  } catch {
    return false;
  }
}
