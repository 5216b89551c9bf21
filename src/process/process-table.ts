import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process that can be told from a later one with the same number. */
export interface ProcessId {
  pid: number;
  /** Opaque: clock ticks since boot on Linux, `ps` start time elsewhere. */
  startTime: string;
}

interface Stat {
  state: string;
  parent: number;
  group: number;
  /** 0 where it is not known. */
  session: number;
  startTime: string;
}

export function readStat(pid: number): Stat | null {
  if (process.platform !== 'linux') return readPs(pid);
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name is in parentheses and may hold anything, parentheses included.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', parent, group, session] = fields;
    return {
      state,
      parent: Number(parent),
      group: Number(group),
      session: Number(session),
      startTime: fields[19] ?? '',
    };
  } catch {
    return null;
  }
}

function readPs(pid: number): Stat | null {
  try {
    const text = execFileSync('ps', ['-o', 'state=,ppid=,pgid=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
    const [, state, parent, group, startTime] = /^(\S+)\s+(\d+)\s+(\d+)\s+(.+)$/.exec(text) ?? [];
    if (state === undefined || startTime === undefined) return null;
    return { state, parent: Number(parent), group: Number(group), session: 0, startTime };
  } catch {
    return null;
  }
}

/** The identity of a living process, or null; a zombie is dead. */
export function identify(pid: number): ProcessId | null {
  const stat = readStat(pid);
  return stat && !stat.state.startsWith('Z') ? { pid, startTime: stat.startTime } : null;
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/**
 * Whether any process of the group lives; a killed leader leaves its group behind. Zombies do not count: they answer
 * signals until they are reaped, which the first process of a container may never do.
 */
function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // Twice: one that was started while the first look went on is in the second.
  return hasLiving(group) || hasLiving(group);
}

const hasLiving = (group: number): boolean =>
  process.platform === 'linux'
    ? readdirSync('/proc').some((name) => {
        const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null;
        return stat?.group === group && !stat.state.startsWith('Z');
      })
    : execFileSync('ps', ['-A', '-o', 'pgid=,state='], { encoding: 'utf8' })
        .split('\n')
        .some((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line));

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Ends the process group that `leader` leads: `signal`, then SIGKILL after `graceMs`. A group whose leader's number
 * belongs to another process by now is left alone. Returns false where nothing was there to stop.
 */
export async function stopGroup(
  leader: ProcessId,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<boolean> {
  const now = readStat(leader.pid);
  const reused = now !== null && now.startTime !== leader.startTime;
  if (reused || !groupLives(leader.pid)) return false;
  signalGroup(leader.pid, signal);
  const deadline = Date.now() + graceMs;
  let killed = false;
  for (;;) {
    if (!groupLives(leader.pid)) return true;
    if (!killed && Date.now() > deadline) {
      signalGroup(leader.pid, 'SIGKILL');
      killed = true;
    }
    if (killed && Date.now() > deadline + 10_000) return true;
    await pause(25);
  }
}
