import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The last `count` lines of a file that are not empty, oldest first; none where there is no file. Reads about 1 KB a
 * line at most, and nothing before the byte offset `from`.
 */
export function lastLogLines(path: string, count: number, from = 0): string[] {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(fd).size;
    const length = Math.min(Math.max(0, size - from), Math.max(64 * 1024, count * 1024));
    const buffer = Buffer.alloc(length);
    readSync(fd, buffer, 0, length, size - length);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } finally {
    closeSync(fd);
  }
}
