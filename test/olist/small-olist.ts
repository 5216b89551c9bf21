import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OlistFileName, olistFileNames } from '../../src/olist/olist-files.ts';
import { zipOf } from '../support/zip.ts';

/** `id('a', 1)` is `a000…0001`: 32 hex digits, as Olist's ids are. */
export const id = (letter: string, n: number): string => `${letter}${n.toString(16).padStart(31, '0')}`;
/** The same as Postgres prints it. */
export const uuid = (letter: string, n: number): string =>
  id(letter, n).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

export const headers: Record<OlistFileName, string> = {
  'olist_customers_dataset.csv': '"customer_id","customer_unique_id","customer_city"',
  'olist_orders_dataset.csv':
    '"order_id","customer_id","order_status","order_purchase_timestamp","order_approved_at"',
  'olist_order_items_dataset.csv': '"order_id","order_item_id","product_id","seller_id","price"',
  'olist_products_dataset.csv': '"product_id","product_category_name","product_name_lenght"',
  'product_category_name_translation.csv': '\ufeffproduct_category_name,product_category_name_english',
};

/** Records by file, without header: two people with three orders, of which the last has one product twice. */
export const goodRecords: Record<OlistFileName, readonly string[]> = {
  'olist_customers_dataset.csv': [
    `${id('c', 1)},${id('e', 1)},franca`,
    `${id('c', 2)},${id('e', 2)},"sao paulo, sp"`,
    `${id('c', 3)},${id('e', 1)},franca`,
  ],
  'olist_orders_dataset.csv': [
    `${id('a', 1)},${id('c', 1)},delivered,2018-05-01 10:00:00,`,
    `${id('a', 2)},${id('c', 2)},canceled,2018-05-02 23:30:00,`,
    `${id('a', 3)},${id('c', 3)},shipped,2018-05-03 00:10:00,`,
  ],
  'olist_order_items_dataset.csv': [
    `${id('a', 1)},1,${id('b', 1)},s,10.00`,
    `${id('a', 2)},1,${id('b', 2)},s,7.50`,
    `${id('a', 3)},1,${id('b', 1)},s,12.34`,
    `${id('a', 3)},2,${id('b', 1)},s,12.34`,
  ],
  'olist_products_dataset.csv': [
    `${id('b', 1)},perfumaria,40`,
    `${id('b', 2)},,40`,
    `${id('b', 3)},pc_gamer,40`,
  ],
  'product_category_name_translation.csv': ['perfumaria,perfumery'],
};

export type Records = Record<OlistFileName, readonly string[]>;
export type Files = Map<string, Buffer>;

export function filesOf(records: Partial<Records> = {}, lineEnd = '\n'): Files {
  return new Map(
    olistFileNames.map((name) => {
      const lines = [headers[name], ...(records[name] ?? goodRecords[name])];
      return [name, Buffer.from(lines.map((line) => line + lineEnd).join(''))];
    }),
  );
}

/** A folder of its own for a test file, with a way to write datasets into it. */
export interface Scratch {
  path: string;
  folder(files: Files, name?: string): Promise<string>;
  zip(files: Files, prefix?: string): Promise<string>;
  file(name: string, bytes: Buffer | string): Promise<string>;
  remove(): Promise<void>;
}

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'olist-'));
  let made = 0;
  const file = async (name: string, bytes: Buffer | string): Promise<string> => {
    const target = join(path, `${++made}-${name}`);
    await writeFile(target, bytes);
    return target;
  };
  return {
    path,
    file,
    folder: async (files, name = 'folder') => {
      const target = join(path, `${++made}-${name}`);
      await mkdir(target, { recursive: true });
      for (const [fileName, bytes] of files) await writeFile(join(target, fileName), bytes);
      return target;
    },
    zip: (files, prefix = '') =>
      file('olist.zip', zipOf([...files].map(([name, bytes]) => ({ name: prefix + name, bytes })))),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
