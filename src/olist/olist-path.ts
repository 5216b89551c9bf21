import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataError, usageError } from '../errors.ts';
import type { OlistFiles } from './olist-files.ts';
import { openFolder } from './olist-folder.ts';
import { openZip } from './olist-zip.ts';
import { unreadablePath } from './unreadable-path.ts';

const download = 'shop-pipe seed olist --download';

/**
 * Opens the dataset at `path`: a folder with the CSV files, a folder with Kaggle's `archive.zip`, or a zip.
 *
 * @throws ShopPipeError `olist_path_missing`, `olist_path_unreadable`, `olist_files_missing`, `olist_ambiguous`,
 * `olist_zip_…`
 */
export async function openOlist(path: string): Promise<OlistFiles> {
  const kind = await kindOf(path);
  if (kind === 'file') return openZip(path);
  const files = await openFolder(path);
  if (files) return files;
  const archive = join(path, 'archive.zip');
  if ((await stat(archive).catch(() => null))?.isFile()) return openZip(archive);
  throw dataError('olist_files_missing', `no Olist CSV file in folder ${path}`, {
    suggestion: `name the folder that holds olist_orders_dataset.csv, or the zip: or try ${download}`,
  });
}

async function kindOf(path: string): Promise<'file' | 'folder'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'folder';
    if (found.isFile()) return 'file';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw usageError(
        'olist_path_missing',
        `no file or folder ${path || "''"}`,
        `give the folder or zip of the Olist dataset with --path, or try ${download}`,
      );
    }
    throw unreadablePath(path, error);
  }
  throw usageError('olist_path_missing', `${path} is neither a file nor a folder`, download);
}
