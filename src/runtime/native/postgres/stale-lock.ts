import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../../../process/process-table.ts';

/**
 * After `kill -9`, Postgres takes a `postmaster.pid` for stale only if no process has its number, and a zombie has it: in
 * a container whose first process reaps nobody that is for ever. So the file of a postmaster that no longer runs is
 * removed here, once no backend of it is left either; they leave by themselves, and the file is what guards their
 * shared memory.
 */
export async function removeStaleLock(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const deadline = Date.now() + 30_000;
  for (;;) {
    const pid = Number.parseInt(read(file).split('\n')[0] ?? '', 10);
    if (!Number.isInteger(pid) || identify(pid) !== null) return;
    if (!someoneWorksIn(data)) break;
    if (Date.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  rmSync(file, { force: true });
}

/** Every process of a cluster has the data folder as its working folder. Without /proc Postgres' own check decides. */
function someoneWorksIn(data: string): boolean {
  if (process.platform !== 'linux') return true;
  const folder = realpathSync(data);
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name) || identify(Number(name)) === null) return false;
    try {
      return readlinkSync(`/proc/${name}/cwd`) === folder;
    } catch (error) {
      // A container's root may not look into the processes of another account: one that could be ours counts.
      const hidden = (error as NodeJS.ErrnoException).code === 'EACCES';
      return (
        hidden && read(`/proc/${name}/comm`) === 'postgres\n' && ownerOf(`/proc/${name}`) === ownerOf(data)
      );
    }
  });
}

const ownerOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.uid;

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
