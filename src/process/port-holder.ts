import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who listens on `port`, in words: `process 4711 (postgres)` where that can be seen, else `another process`. */
export function portHolder(port: number): string {
  const inodes = new Map<string, string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of lines(table)) {
      const fields = line.trim().split(/\s+/);
      const listening = fields[3] === '0A';
      if (listening && Number.parseInt(fields[1]?.split(':')[1] ?? '', 16) === port)
        inodes.set(fields[9] ?? '', fields[7] ?? '');
    }
  }
  if (inodes.size === 0) return 'another process';
  for (const pid of readNames('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of readNames(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.has(inode))
        return `process ${pid} (${lines(`/proc/${pid}/comm`)[0] ?? '?'})`;
    }
  }
  return `a process of user ${[...inodes.values()][0]}`;
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
