import { existsSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from './draw.ts';
import { writeError } from './draw-error.ts';
import type { Model } from './model.ts';

export interface ErdFile {
  file: string;
  bytes: number;
  /** Whether it is, or was before it was written, another picture or none. */
  changed: boolean;
}

export interface Drawn {
  files: ErdFile[];
  written: boolean;
  schemas: { name: string; tables: number; views: number }[];
  /** References that Postgres holds, and the dashed ones. */
  foreign_keys: number;
  shared_keys: number;
}

/**
 * Writes erd.svg and erd.png where they differ; with `check` only looks.
 *
 * @throws ShopPipeError `erd_unwritable`
 */
export function writePicture({ svg, png, model }: Picture, folder: string, check: boolean): Drawn {
  const contents = { 'erd.svg': Buffer.from(svg), 'erd.png': Buffer.from(png) };
  const files = Object.entries(contents).map(([name, bytes]): ErdFile => {
    const file = join(folder, name);
    const changed = read(file)?.equals(bytes) !== true;
    if (changed && !check) replace(folder, file, bytes);
    return { file, bytes: bytes.length, changed };
  });
  return { files, written: !check && files.some(({ changed }) => changed), ...counts(model) };
}

function read(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

function replace(folder: string, file: string, bytes: Buffer): void {
  const aside = `${file}.${process.pid}`;
  try {
    // One level: what is mistyped above it should not come into being.
    mkdirSync(folder, { recursive: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeError(error, file);
  }
  try {
    writeFileSync(aside, bytes);
    renameSync(aside, file);
  } catch (error) {
    // Not by rmSync: below a file even its `force` throws.
    if (existsSync(aside)) unlinkSync(aside);
    throw writeError(error, file);
  }
}

function counts({ schemas, references }: Model): Omit<Drawn, 'files' | 'written'> {
  const enforced = references.filter((reference) => reference.enforced).length;
  return {
    schemas: schemas.map(({ name, relations }) => {
      const views = relations.filter(({ kind }) => kind === 'view').length;
      return { name, tables: relations.length - views, views };
    }),
    foreign_keys: enforced,
    shared_keys: references.length - enforced,
  };
}
