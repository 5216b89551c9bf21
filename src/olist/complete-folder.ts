import { dataError, type ShopPipeError } from '../errors.ts';
import { type OlistFileName, olistFileNames } from './olist-files.ts';

/**
 * Chooses the one folder that has all five files, out of the folders of a zip or of a disk.
 *
 * @param found - folder to the Olist files in it; folders without any are left out
 * @param where - the zip or folder, as the user named it
 * @throws ShopPipeError `olist_files_missing` (says which), `olist_ambiguous`
 */
export function completeFolder<T>(
  found: ReadonlyMap<string, ReadonlyMap<OlistFileName, T>>,
  where: string,
): ReadonlyMap<OlistFileName, T> {
  const complete = [...found].filter(([, files]) => files.size === olistFileNames.length);
  if (complete.length > 1) {
    const folders = complete.map(([folder]) => folder || '.').sort();
    throw dataError(
      'olist_ambiguous',
      `${where} has the Olist files more than once: in ${folders.join(', ')}`,
      {
        suggestion: 'give the folder that is meant with --path',
      },
    );
  }
  if (complete[0]) return complete[0][1];
  throw filesMissing(found, where);
}

function filesMissing(
  found: ReadonlyMap<string, ReadonlyMap<OlistFileName, unknown>>,
  where: string,
): ShopPipeError {
  const best = [...found.values()].sort((a, b) => b.size - a.size)[0];
  const missing = olistFileNames.filter((name) => !best?.has(name));
  return dataError('olist_files_missing', `${where} lacks ${missing.join(', ')}`, {
    suggestion: 'get the whole archive again: shop-pipe seed olist --download',
  });
}
