import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path/posix';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { dataError, ShopPipeError } from '../errors.ts';
import { completeFolder } from './complete-folder.ts';
import { type CsvFile, isOlistFileName, type OlistFileName, type OlistFiles } from './olist-files.ts';
import { unreadablePath } from './unreadable-path.ts';

const suggestion = 'get the archive again: shop-pipe seed olist --download';

/**
 * The files in a zip, in its root or in one folder of it. They are inflated as they are read; no temporary file.
 *
 * @throws ShopPipeError `olist_zip_empty`, `olist_not_a_zip`, `olist_zip_truncated`, `olist_zip_damaged`,
 * `olist_files_missing`, `olist_ambiguous`
 */
export async function openZip(path: string): Promise<OlistFiles> {
  const start = await firstBytes(path);
  if (start.length === 0) throw dataError('olist_zip_empty', `${path} is empty`, { suggestion });
  if (start.toString('latin1', 0, 2) !== 'PK') {
    throw dataError('olist_not_a_zip', `${path} is not a zip`, {
      suggestion: 'give the zip of the Olist dataset, or the folder that it was unpacked to',
    });
  }
  let zip: ZipFile;
  try {
    zip = await opened(path);
  } catch (error) {
    throw dataError('olist_zip_truncated', `${path} is a truncated zip: its directory of files is missing`, {
      suggestion,
      cause: error,
    });
  }
  try {
    const files = completeFolder(await foldersOf(zip, path), path);
    return {
      files: [...files.values()],
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

const opened = (path: string): Promise<ZipFile> => openPromise(path, { lazyEntries: true, autoClose: false });

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadablePath(path, error);
  }
}

async function foldersOf(zip: ZipFile, path: string): Promise<Map<string, Map<OlistFileName, CsvFile>>> {
  const folders = new Map<string, Map<OlistFileName, CsvFile>>();
  if (zip.entryCount === 0)
    throw dataError('olist_zip_empty', `${path} is a zip without files`, { suggestion });
  try {
    for await (const entry of zip.eachEntry()) {
      const folder = dirname(entry.fileName);
      const name = basename(entry.fileName);
      if (!isOlistFileName(name) || entry.fileName.startsWith('__MACOSX/')) continue;
      const files = folders.get(folder) ?? new Map<OlistFileName, CsvFile>();
      if (files.has(name)) {
        throw dataError('olist_ambiguous', `${path} has ${entry.fileName} twice`, { suggestion });
      }
      files.set(name, { name, bytes: entry.uncompressedSize, read: () => inflated(entry, path) });
      folders.set(folder, files);
    }
  } catch (error) {
    throw damaged(path, error);
  }
  return folders;
}

/**
 * The contents of an entry; whether they are what was packed is known, and checked, at their end. Each has the zip open
 * for itself: of two streams of one reader, one that is destroyed while it waits for the other ends the process (yauzl
 * 3.4.0, fd-slicer.js reads `context.fd` of null).
 */
async function* inflated(entry: Entry, path: string): AsyncGenerator<Buffer> {
  let sum = 0;
  let zip: ZipFile | undefined;
  try {
    zip = await opened(path);
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      sum = crc32(chunk as Buffer, sum);
      yield chunk as Buffer;
    }
    if (sum !== entry.crc32) throw new Error('the checksum differs');
  } catch (error) {
    throw damaged(`${path}: ${entry.fileName}`, error);
  } finally {
    zip?.close();
  }
}

function damaged(what: string, error: unknown): unknown {
  if (error instanceof ShopPipeError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return dataError('olist_zip_damaged', `${what} cannot be unpacked: ${reason}`, {
    suggestion,
    cause: error,
  });
}
