import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dataError, environmentError, type ShopPipeError } from '../../errors.ts';
import { misplacedStatement } from './outside-transaction.ts';
import { controlsTransaction, type Statement, splitStatements } from './statements.ts';

/** The `-- migrate:up` or `-- migrate:down` part of a file. */
export interface Section {
  statements: readonly Statement[];
  /** False after `transaction:false`: each statement commits by itself, as `create index concurrently` needs. */
  transaction: boolean;
}

/** One file `NNNN_name.sql`. */
export interface MigrationFile {
  version: number;
  /** The number as the file writes it, e.g. `0001`. */
  label: string;
  name: string;
  /** File name without its folder: what messages call it. */
  file: string;
  /** SHA-256 in hex over the text with LF line ends and no byte order mark, so that a checkout's line ends don't count. */
  checksum: string;
  up: Section;
  /** Null for a migration that cannot be undone. */
  down: Section | null;
}

const fileName = /^(\d{4,9})_([a-z0-9][a-z0-9_]*)\.sql$/;
const marker = /^--\s*migrate:(\S*)\s*(.*?)\s*$/;

/**
 * Reads every migration of a folder in the order of its numbers; gaps between numbers are fine.
 *
 * @throws ShopPipeError `migration_malformed` for a file that is misnamed, empty, not UTF-8 or lacks its markers,
 * `migration_duplicate` for one number on two files.
 */
export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const name of await migrationFileNames(directory)) {
    files.push(parseMigration(name, await readFile(join(directory, name))));
  }
  files.sort((a, b) => a.version - b.version);
  for (const [i, file] of files.entries()) {
    const next = files[i + 1];
    if (next?.version !== file.version) continue;
    throw dataError('migration_duplicate', `${file.file} and ${next.file} have the same number`, {
      suggestion: `give the newer one the next free number, ${nextNumber(files)}`,
    });
  }
  return files;
}

/** Names of the `.sql` files of a folder; hidden ones and other endings are not migrations. */
export async function migrationFileNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    throw environmentError(
      'no_migrations_folder',
      `cannot read the migrations in ${directory} (${error.code})`,
      {
        cause: error,
      },
    );
  });
  return entries.filter((name) => name.endsWith('.sql') && !name.startsWith('.')).sort();
}

/** The number after the highest one, written as file names write it. */
export const nextNumber = (files: readonly { version: number }[]): string =>
  String(Math.max(0, ...files.map(({ version }) => version)) + 1).padStart(4, '0');

/** The number and name in a file name. */
export function parseFileName(path: string): Pick<MigrationFile, 'version' | 'label' | 'name' | 'file'> {
  const file = basename(path);
  const [, label, name] = fileName.exec(file) ?? [];
  if (label === undefined || name === undefined || Number(label) === 0) {
    throw malformed(file, null, 'is not named like a migration', 'rename it to NNNN_lower_case_name.sql');
  }
  return { version: Number(label), label, name, file };
}

/** Parses one file's bytes; see the format in `docs/decisions/migrations.md`. */
export function parseMigration(path: string, bytes: Uint8Array): MigrationFile {
  const named = parseFileName(path);
  const text = decode(named.file, bytes);
  const lines = text.split('\n');
  const marks = lines.flatMap((line, index) => {
    const [, direction, options] = marker.exec(line) ?? [];
    return direction === undefined ? [] : [{ index, direction, options: options ?? '' }];
  });
  if (!/^--\s*\S/.test(lines[0] ?? '') || marks[0]?.index === 0) {
    throw malformed(named.file, 1, 'the first line is not a comment that says why the migration is needed');
  }
  for (const { index, direction, options } of marks) {
    if (!/^(up|down)$/.test(direction) || !/^(transaction:(true|false))?$/.test(options)) {
      const line = lines[index]?.trim();
      throw malformed(
        named.file,
        index + 1,
        `cannot read \`${line}\``,
        'write -- migrate:up or -- migrate:down, with transaction:false where needed',
      );
    }
  }
  if (marks[0]?.direction !== 'up' || marks.length > 2 || (marks[1] && marks[1].direction !== 'down')) {
    throw malformed(named.file, null, 'needs one -- migrate:up and, after it, at most one -- migrate:down');
  }
  const before = splitStatements(lines.slice(0, marks[0].index).join('\n'), named.file)[0];
  if (before) throw malformed(named.file, before.line, 'a statement stands before -- migrate:up');
  const section = (at: 0 | 1): Section | null => {
    const mark = marks[at];
    if (!mark) return null;
    const body = lines.slice(mark.index + 1, marks[at + 1]?.index).join('\n');
    const statements = splitStatements(body, named.file, mark.index + 2);
    if (statements.length === 0) {
      throw malformed(named.file, mark.index + 1, `no statement follows -- migrate:${mark.direction}`);
    }
    const control = statements.find(controlsTransaction);
    if (control) {
      const advice = 'remove it: the engine opens and closes transactions';
      throw malformed(
        named.file,
        control.line,
        `\`${control.words[0]}\` would end the migration's transaction`,
        advice,
      );
    }
    const transaction = mark.options !== 'transaction:false';
    const misplaced = misplacedStatement(statements, transaction);
    if (misplaced) {
      throw malformed(named.file, misplaced.statement.line, misplaced.what, misplaced.suggestion);
    }
    return { statements, transaction };
  };
  const checksum = createHash('sha256').update(text).digest('hex');
  return { ...named, checksum, up: section(0) as Section, down: section(1) };
}

function decode(file: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw malformed(file, null, 'is not UTF-8', 'save it as UTF-8', error);
  }
  if (text.includes('\0')) throw malformed(file, null, 'has a NUL byte');
  if (text.trim() === '')
    throw malformed(file, null, 'is empty', 'shop-pipe migrate new NAME writes a template');
  return text.replace(/\r\n?/g, '\n');
}

function malformed(
  file: string,
  line: number | null,
  what: string,
  suggestion?: string,
  cause?: unknown,
): ShopPipeError {
  const message = line === null ? `${file} ${what}` : `${file} line ${line}: ${what}`;
  return dataError('migration_malformed', message, { suggestion, cause });
}
