import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { markedProcesses } from '../src/process/marked.ts';

/** Resident memory of a process while it runs, in MB. */
export interface MemoryCourse {
  /** Highest of the first minute after the first ten seconds, when it has settled. */
  early: number;
  /** Highest of the last minute. */
  late: number;
  peak: number;
  seconds: number;
}

/** Runs a command to its end and reads its resident memory each second from /proc (Linux). */
export async function memoryOf(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<MemoryCourse> {
  const child = spawn(file, args, { cwd, stdio: 'ignore', env: { ...process.env, ...env } });
  const memory = watch(() => residentMegabytes(child.pid));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => memory.stop());
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  return memory.end();
}

/** Reads the resident memory of all processes of a group each second, until `end`. */
export const watchGroup = (group: number): { end(): MemoryCourse } =>
  watch(() => {
    const members = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && groupOf(pid) === group);
    const resident = members.map((pid) => residentMegabytes(Number(pid)) ?? 0);
    return resident.length === 0 ? null : resident.reduce((sum, one) => sum + one, 0);
  });

function watch(look: () => number | null): { stop(): void; end(): MemoryCourse } {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const resident = look();
    if (resident !== null) samples.push(resident);
  }, 1_000);
  const stop = (): void => clearInterval(timer);
  return {
    stop,
    end() {
      stop();
      return {
        early: Math.max(...samples.slice(10, 70)),
        late: Math.max(...samples.slice(-60)),
        peak: Math.max(...samples),
        seconds: samples.length,
      };
    },
  };
}

function groupOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // After the name in parentheses: state, parent, group.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return null;
  }
}

function residentMegabytes(pid: number | undefined): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

export interface GroupMemory {
  /** MB in proportion: a page that n processes share counts as an nth for each. */
  pss: number;
  /** MB resident, shared pages counted for each. */
  rss: number;
}

/** Memory of all living processes that carry `mark` in their environment, together (Linux). */
export function memoryOfMarked(mark: string): GroupMemory {
  const total = { pss: 0, rss: 0 };
  for (const { pid } of markedProcesses(mark, null)) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const megabytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024;
    total.pss += megabytes('Pss');
    total.rss += megabytes('Rss');
  }
  return total;
}
