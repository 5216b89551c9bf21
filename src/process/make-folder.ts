import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { environmentError } from '../errors.ts';

/**
 * Makes a folder of the home, and those above it, where they are missing. Not by Node's `recursive`, which goes on for
 * ever where a parent exists and takes no folder, as in /proc.
 *
 * @throws ShopPipeError `home_unwritable`
 */
export function makeFolder(folder: string): void {
  try {
    make(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw error;
    throw environmentError('home_unwritable', `cannot make the folder ${folder} (${code})`, {
      suggestion: 'make its place writable, or name another one with --home',
      cause: error,
    });
  }
}

function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(folder))) throw error;
    make(dirname(folder));
    make(folder);
  }
}
