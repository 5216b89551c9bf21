import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../errors.ts';
import { migrationFileNames, nextNumber, parseFileName } from './files.ts';

const template = `-- Why this change is needed, in one line.

-- migrate:up

-- migrate:down
`;

/**
 * Writes a template with the next number and returns its path. Until both sections have a statement, `migrate up` says
 * that they have none.
 *
 * @param name words, joined by underscores in the file name
 * @throws ShopPipeError `bad_migration_name`
 */
export async function newMigration(directory: string, name: string): Promise<string> {
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (!/^[a-z][a-z0-9_]{0,59}$/.test(slug)) {
    throw usageError(
      'bad_migration_name',
      `\`${name}\` is no name for a migration`,
      'use letters, digits and underscores, e.g. shop-pipe migrate new order_notes',
    );
  }
  const taken = (await migrationFileNames(directory)).map(parseFileName);
  const path = join(directory, `${nextNumber(taken)}_${slug}.sql`);
  await writeFile(path, template, { flag: 'wx' });
  return path;
}
