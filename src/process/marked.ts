import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isAlive, type ProcessId, readStat } from './process-table.ts';

/** A living process of this machine, and where it belongs. */
export interface Member extends ProcessId {
  parent: number;
  group: number;
}

/**
 * Every living process that was started with an entry of its environment beginning with `mark` (`NAME=value`), or that
 * hides its environment and is in the session of one of these or of `leader`: Airflow hides those of processes that have
 * run a task from all but root, but they stay in their scheduler's session. This process is never among them.
 */
export function markedProcesses(mark: string, leader: ProcessId | null): Member[] {
  return process.platform === 'linux' ? fromProc(mark, leader) : fromPs(mark);
}

function fromProc(mark: string, leader: ProcessId | null): Member[] {
  const found: Member[] = [];
  const hidden: (Member & { session: number })[] = [];
  const sessions = new Set<number>();
  // A session's number is not given away while anybody is in it.
  const now = leader && readStat(leader.pid);
  if (leader !== null && (now === null || now.startTime === leader.startTime)) sessions.add(leader.pid);
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === null || stat.state.startsWith('Z')) continue;
    const { startTime, parent, group, session } = stat;
    const environment = environmentOf(pid);
    if (environment === null) hidden.push({ pid, startTime, parent, group, session });
    else if (environment.includes(`\0${mark}`)) {
      found.push({ pid, startTime, parent, group });
      sessions.add(session);
    }
  }
  return [...found, ...hidden.filter(({ session }) => session !== 0 && sessions.has(session))];
}

/** Each entry after a NUL byte; null where it may not be read. */
function environmentOf(pid: number): string | null {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
  } catch {
    return null;
  }
}

/** As far as `ps` shows environments, which macOS does for processes of one's own. */
function fromPs(mark: string): Member[] {
  let text: string;
  try {
    const columns = ['-o', 'pid=,ppid=,pgid=,lstart=,command='];
    text = execFileSync('ps', ['-axEww', ...columns], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
    if (match === null || !` ${match[5]}`.includes(` ${mark}`)) return [];
    const [, pid, parent, group, startTime = ''] = match;
    if (Number(pid) === process.pid) return [];
    return [{ pid: Number(pid), startTime, parent: Number(parent), group: Number(group) }];
  });
}

/** How long a worker may take to say how its job ended. */
const reportMs = 2_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Ends all that carries `mark`: `signal` to those processes that nobody of them started and to their groups (whoever
 * started others elsewhere passes it on), SIGKILL after `graceMs`. What stays in the group of a leader that
 * is gone, and runs no job elsewhere any more, waits for work that never comes: it gets only the time to report.
 * Returns whether anything was there to stop.
 */
export async function stopMarked(
  leader: ProcessId | null,
  mark: string,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<boolean> {
  let left = markedProcesses(mark, leader);
  if (left.length === 0) return false;
  const pids = new Set(left.map(({ pid }) => pid));
  const roots = new Set(left.flatMap(({ parent, group }) => (pids.has(parent) ? [] : group)));
  for (const { pid, group } of left) if (roots.has(group)) send(pid, signal);
  const deadline = Date.now() + graceMs;
  let idleSince: number | null = null;
  while (left.length > 0 && Date.now() < deadline) {
    const idle = leader !== null && !isAlive(leader) && left.every(({ group }) => group === leader.pid);
    idleSince = idle ? (idleSince ?? Date.now()) : null;
    if (idleSince !== null && Date.now() - idleSince > reportMs) break;
    await pause(50);
    left = markedProcesses(mark, leader);
  }
  // Whoever is killed may have started another one just before.
  for (let round = 0; left.length > 0 && round < 200; round += 1) {
    for (const { pid } of left) send(pid, 'SIGKILL');
    await pause(25);
    left = markedProcesses(mark, leader);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
