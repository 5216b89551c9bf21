import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Finished } from '../support/cli.ts';

const root = resolve(import.meta.dirname, '../..');

/** The CLI as an installed package has it, without src/: for commands that write beside it, such as `migrate new`. */
export class InstalledCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-pipe-copy-'));

  /** The bundle must be current: any run of the clone's own CLI makes it so. */
  constructor() {
    for (const part of ['bin', 'dist', 'sql', 'package.json'])
      cpSync(join(root, part), join(this.folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  run(args: readonly string[]): Finished {
    const { status, stdout, stderr } = spawnSync(join(this.folder, 'bin', 'shop-pipe.mjs'), args, {
      cwd: this.folder,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
