import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { completeFolder } from './complete-folder.ts';
import { type CsvFile, type OlistFileName, type OlistFiles, olistFileNames } from './olist-files.ts';
import { unreadablePath } from './unreadable-path.ts';

const chunkBytes = 256 * 1024;

/** The files in `path` or in one folder of it; null where there is none at all. */
export async function openFolder(path: string): Promise<OlistFiles | null> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
    const found = new Map<string, Map<OlistFileName, CsvFile>>();
    for (const folder of [path, ...folders]) {
      const files = await filesIn(folder, folder === path);
      if (files.size === olistFileNames.length && folder === path) return opened(files);
      if (files.size > 0) found.set(folder, files);
    }
    return found.size === 0 ? null : opened(completeFolder(found, `folder ${path}`));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw unreadablePath(path, error);
  }
}

const opened = (files: ReadonlyMap<OlistFileName, CsvFile>): OlistFiles => ({
  files: [...files.values()],
  close: () => Promise.resolve(),
});

/** A folder beside the data that may not be looked into has nothing to do with it. */
async function filesIn(folder: string, required: boolean): Promise<Map<OlistFileName, CsvFile>> {
  const files = new Map<OlistFileName, CsvFile>();
  let present: Set<string>;
  try {
    present = new Set(await readdir(folder));
  } catch (error) {
    if (required) throw error;
    return files;
  }
  for (const name of olistFileNames) {
    if (!present.has(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (required) throw unreadablePath(path, error);
    });
    if (found?.isFile()) files.set(name, { name, bytes: found.size, read: () => bytesOf(path) });
  }
  return files;
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Buffer;
  } catch (error) {
    throw unreadablePath(path, error);
  }
}
