import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Files, filesOf, goodRecords, headers } from '../olist/small-olist.ts';
import { type ZipEntry, zipOf } from '../support/zip.ts';
import type { BadInput } from './bad-input.ts';
import type { World } from './world.ts';

const ordersFile = 'olist_orders_dataset.csv';

const entries = (files: Files): ZipEntry[] => [...files].map(([name, bytes]) => ({ name, bytes }));
const withOrders = (bytes: Buffer | string): Files => filesOf().set(ordersFile, Buffer.from(bytes));
const ordersText = (lineEnd = '\n'): string =>
  [headers[ordersFile], ...goodRecords[ordersFile]].map((line) => line + lineEnd).join('');

/** `seed olist --path …` of what `make` gives. */
const seedOf = (
  what: string,
  make: (world: World) => Promise<string>,
  code: string,
  says: RegExp,
  exit: 1 | 2 = 1,
): BadInput => ({
  what,
  call: async (world) => ['seed', 'olist', '--path', await make(world)],
  exit,
  code,
  says,
});

const orders = (what: string, bytes: () => Buffer | string, code: string, says: RegExp): BadInput =>
  seedOf(what, ({ place }) => place.zip(withOrders(bytes())), code, says);

/** A zip whose bytes were changed after it was made. */
const mended = (what: string, change: (zip: Buffer) => Buffer, code: string, says: RegExp): BadInput =>
  seedOf(what, ({ place }) => place.file('a.zip', change(zipOf(entries(filesOf())))), code, says);

const renamed = (what: string, name: (file: string) => string, code: string, says: RegExp): BadInput =>
  seedOf(
    what,
    ({ place }) =>
      place.file('a.zip', zipOf(entries(filesOf()).map((entry) => ({ ...entry, name: name(entry.name) })))),
    code,
    says,
  );

/** A folder with the files, of which that of the orders is made by `make` instead. */
const folderWith = (
  what: string,
  make: (path: string) => Promise<unknown>,
  code: string,
  says: RegExp,
): BadInput =>
  seedOf(
    what,
    async ({ place }) => {
      const folder = await place.folder(filesOf());
      await rm(join(folder, ordersFile));
      await make(join(folder, ordersFile));
      return folder;
    },
    code,
    says,
  );

/** Sets a 16-bit field of each header of a zip, at these offsets from the two signatures. */
function setField(zip: Buffer, local: number, central: number, value: number): Buffer {
  for (const [signature, offset] of [
    ['PK\x03\x04', local],
    ['PK\x01\x02', central],
  ] as const)
    for (let at = zip.indexOf(signature); at >= 0; at = zip.indexOf(signature, at + 4))
      zip.writeUInt16LE(value, at + offset);
  return zip;
}

/** What is read by `seed olist`; test/olist/seed-input.test.ts and seed-records.test.ts hold the rest. */
export const wrongFiles: BadInput[] = [
  folderWith(
    'a folder in place of a file',
    (path) => mkdir(path),
    'olist_files_missing',
    /lacks olist_orders/,
  ),
  folderWith(
    'a pipe in place of a file',
    async (path) => execFileSync('mkfifo', [path]),
    'olist_files_missing',
    /lacks olist_orders/,
  ),
  folderWith(
    'a link to nowhere',
    (path) => symlink('nowhere', path),
    'olist_path_unreadable',
    /olist_orders_dataset.csv \(ENOENT\)/,
  ),
  folderWith(
    'a link to itself',
    (path) => symlink(path, path),
    'olist_path_unreadable',
    /olist_orders_dataset.csv \(ELOOP\)/,
  ),
  folderWith(
    'a file of zeros',
    (path) => writeFile(path, Buffer.alloc(300_000)),
    'olist_bad_header',
    /orders/,
  ),
  seedOf(
    'a link to itself as the dataset',
    async ({ place }) => {
      const path = join(place.path, 'loop');
      await symlink(path, path);
      return path;
    },
    'olist_path_unreadable',
    /ELOOP/,
  ),
  seedOf('a device', async () => '/dev/null', 'olist_path_missing', /neither a file nor a folder/, 2),
  seedOf('a path of 5,000 letters', async () => 'x'.repeat(5_000), 'olist_path_unreadable', /ENAMETOOLONG/),
  seedOf(
    'a path below a file',
    async ({ olist }) => join(olist, 'x'),
    'olist_path_missing',
    /no file or folder/,
    2,
  ),
  seedOf(
    'a folder whose archive.zip is a folder',
    async ({ place }) => {
      const folder = await place.folder(new Map());
      await mkdir(join(folder, 'archive.zip'));
      return folder;
    },
    'olist_files_missing',
    /no Olist CSV file/,
  ),
  seedOf(
    'a gzip named .zip',
    ({ place }) => place.file('a.zip', gzipSync(ordersText())),
    'olist_not_a_zip',
    /is not a zip/,
  ),
  seedOf(
    'a zip in a zip',
    ({ place }) => place.file('a.zip', zipOf([{ name: 'archive.zip', bytes: zipOf(entries(filesOf())) }])),
    'olist_files_missing',
    /lacks/,
  ),
  renamed(
    'a zip with other names',
    (name) => name.toUpperCase(),
    'olist_files_missing',
    /lacks olist_customers/,
  ),
  renamed(
    'a zip with names that lead out of it',
    (name) => `../${name}`,
    'olist_zip_damaged',
    /invalid relative path/,
  ),
  renamed('a zip with absolute names', (name) => `/etc/${name}`, 'olist_zip_damaged', /absolute path/),
  mended(
    'the first disk of a zip of several',
    (zip) => {
      zip.writeUInt16LE(1, zip.length - 18);
      return zip;
    },
    'olist_zip_truncated',
    /truncated|multi-disk/,
  ),
  mended('half of a zip', (zip) => zip.subarray(0, zip.length >> 1), 'olist_zip_truncated', /truncated/),
  mended('the second half of a zip', (zip) => zip.subarray(zip.length >> 1), 'olist_not_a_zip', /not a zip/),
  mended('a zip with a password', (zip) => setField(zip, 6, 8, 0x0801), 'olist_zip_damaged', /encrypted/),
  mended(
    'a zip packed in another way',
    (zip) => setField(zip, 8, 10, 99),
    'olist_zip_damaged',
    /compression method: 99/,
  ),
  seedOf(
    'a zip bomb: more than its directory says',
    ({ place }) => {
      const zip = zipOf(
        entries(withOrders(ordersText() + `${goodRecords[ordersFile][0]}\n`.repeat(200_000))),
      );
      const at = zip.indexOf(ordersFile, zip.indexOf('PK\x01\x02'));
      zip.writeUInt32LE(1_000, at - 46 + 24);
      return place.file('a.zip', zip);
    },
    'olist_zip_damaged',
    /too many bytes/,
  ),
  orders(
    'a zip bomb: 64 MB without a line end',
    () => Buffer.alloc(64 << 20, 0x61),
    'olist_bad_header',
    /none within 65536/,
  ),
  orders(
    'a line of 8 MB',
    () => `${ordersText()}${'a'.repeat(8 << 20)}\n`,
    'olist_bad_csv',
    /line 5: missing data for column "customer_id"/,
  ),
  orders(
    'a file in UTF-16',
    () => Buffer.from(`\ufeff${ordersText()}`, 'utf16le'),
    'olist_bad_header',
    /not UTF-8/,
  ),
  orders(
    'a header in Latin-1',
    () => Buffer.from(`é${ordersText()}`, 'latin1'),
    'olist_bad_header',
    /not UTF-8/,
  ),
  orders(
    'two byte order marks',
    () => `\ufeff\ufeff${ordersText().replaceAll('"', '')}`,
    'olist_missing_column',
    /order_id/,
  ),
  orders(
    'semicolons',
    () => ordersText().replaceAll(',', ';'),
    'olist_missing_column',
    /no column order_id: its header is "?order_id"?;/,
  ),
  orders('tabs', () => ordersText().replaceAll(',', '\t'), 'olist_missing_column', /no column order_id/),
  orders(
    'a header in capitals',
    () => ordersText().replace(/^.*/, (line) => line.toUpperCase()),
    'olist_missing_column',
    /ORDER_ID/,
  ),
  orders(
    'blanks in the header',
    () => ordersText().replaceAll('"', '').replaceAll(',', ', '),
    'olist_missing_column',
    /no column customer_id/,
  ),
  orders(
    'no header',
    () => goodRecords[ordersFile].join('\n'),
    'olist_missing_column',
    /no column order_id: its header is a0000/,
  ),
  orders(
    'a web page',
    () => '<!DOCTYPE html>\n<title>Sign in</title>\n',
    'olist_missing_column',
    /<!DOCTYPE html>/,
  ),
  orders('JSON', () => '[{"order_id":"a"}]', 'olist_missing_column', /no column order_id/),
  orders('only line ends', () => '\n\n\n', 'olist_empty_file', /is empty/),
  orders('only a byte order mark', () => '\ufeff', 'olist_empty_file', /is empty/),
  orders(
    'line ends of two kinds',
    () => ordersText() + ordersText('\r\n').replace(/^.*\r\n/, ''),
    'olist_bad_csv',
    /line 5: /,
  ),
  orders(
    'an empty line in the middle',
    () => ordersText().replace('\n', '\n\n'),
    'olist_bad_csv',
    /line 2: missing data/,
  ),
  orders(
    'a quote in the middle of a field',
    () => ordersText().replace('delivered', 'deli"vered'),
    'olist_bad_csv',
    /unterminated/,
  ),
  orders(
    'a surrogate half in UTF-8',
    () => Buffer.from(ordersText().replace('delivered', '\xed\xa0\x80'), 'latin1'),
    'olist_bad_csv',
    /line 2: invalid byte sequence/,
  ),
  orders(
    'a record less than was seeded',
    () => ordersText().replace(/.*\n$/, ''),
    'other_data_seeded',
    /--replace/,
  ),
  orders('no records at all', () => `${headers[ordersFile]}\n`, 'other_data_seeded', /already holds olist/),
  {
    what: 'OLIST_PATH that leads nowhere',
    call: 'seed olist',
    env: { OLIST_PATH: '/nowhere/archive.zip' },
    exit: 2,
    code: 'olist_path_missing',
    says: /no file or folder \/nowhere/,
  },
  {
    what: 'a .env that is a folder',
    call: 'seed olist --env-file .',
    exit: 1,
    code: 'env_file_unreadable',
    says: /\.env|EISDIR/,
  },
];
