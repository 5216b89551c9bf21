import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../errors.ts';

/** A file of the page with what it is sent as. */
export interface PageFile {
  type: string;
  /** By its name in Accept-Encoding; `identity` is always there. */
  encodings: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
  etag: string;
  /** Its name changes with its content, so that it never has to be asked for again. */
  immutable: boolean;
}

type Encoding = 'br' | 'gzip' | 'identity';

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * The page as `scripts/build.mjs` made it, by path: all of it is read once, so no path of a request reaches the disk.
 *
 * @throws ShopPipeError `page_missing`
 */
export async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  try {
    const names = await readdir(folder);
    const files = names.filter((name) => types[extensionOf(name)] !== undefined);
    const pages = await Promise.all(
      files.map(async (name) => [pathOf(name), await read(folder, name)] as const),
    );
    if (pages.some(([path]) => path === '/')) return new Map(pages);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  throw environmentError('page_missing', `the page is not in ${folder}`, { suggestion: 'npm run build' });
}

async function read(folder: string, name: string): Promise<PageFile> {
  const [identity, br, gzip] = await Promise.all(
    ['', '.br', '.gz'].map((end) => readFile(join(folder, name + end))),
  );
  if (!identity || !br || !gzip) throw new Error(`${name} is not whole`);
  const { createHash } = await import('node:crypto');
  return {
    type: types[extensionOf(name)] ?? '',
    encodings: { identity, br, gzip },
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    immutable: /-[A-Z0-9]{8}\.\w+$/.test(name),
  };
}

const extensionOf = (name: string): string => name.split('.').at(-1) ?? '';
const pathOf = (name: string): string => (name === 'index.html' ? '/' : `/${name}`);

/** The smallest form that the browser takes. */
export function bestEncoding(accepted: string | undefined): Encoding {
  const names = (accepted ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  const takes = (name: string): boolean =>
    names.some((one) => one.split(';')[0]?.trim() === name && !/;\s*q=0(\.0*)?$/.test(one));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}
