import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrateContext } from '../../../src/postgres/migrations/session.ts';
import type { PgTarget } from '../../../src/postgres/target.ts';
import { type Progress, silent } from '../../../src/progress.ts';

/** A folder of migrations that a test writes, and the notes that a run on it made. */
export interface MigrationFolder {
  directory: string;
  context: MigrateContext;
  notes: string[];
  /** Writes a file with the given sections; a missing `down` leaves the marker out. */
  write(name: string, up: string, down?: string, options?: string): Promise<void>;
  remove(): Promise<void>;
}

export async function migrationFolder(owner: PgTarget): Promise<MigrationFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  const notes: string[] = [];
  const progress: Progress = { ...silent, note: (message) => void notes.push(message) };
  return {
    directory,
    notes,
    context: { owner, directory, progress },
    write: async (name, up, down, options = '') => {
      const undo = down === undefined ? '' : `-- migrate:down${options}\n${down}\n`;
      await writeFile(join(directory, name), `-- For a test.\n-- migrate:up${options}\n${up}\n${undo}`);
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
