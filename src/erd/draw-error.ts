import { environmentError, type ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';

export const modelError = ({ database }: PgTarget): ShopPipeError =>
  environmentError('not_migrated', `database ${database} has no tables to draw`, {
    suggestion: 'shop-pipe migrate up',
  });

/** The libraries are no part of the bundle, and an image has the bundle only. Other errors are what they are. */
export function packageError(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error;
  return environmentError('erd_packages_missing', 'the packages that draw are not installed here', {
    suggestion: 'run it where npm installed shop-pipe, e.g. npx shop-pipe erd in the clone',
    cause: error,
  });
}

export function writeError(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || code === 'ENOSPC') return error;
  return environmentError('erd_unwritable', `cannot write ${file} (${code})`, {
    suggestion: 'name a folder that can be written: shop-pipe erd --out DIR',
    cause: error,
  });
}
