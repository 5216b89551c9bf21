import { environmentError, type ShopPipeError } from '../errors.ts';

/** A file or folder of the dataset that is named and cannot be read; a link that leads nowhere is one of these. */
export const unreadablePath = (path: string, error: unknown): ShopPipeError =>
  environmentError(
    'olist_path_unreadable',
    `cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    { suggestion: 'let this user read it, or name another copy with --path', cause: error },
  );
