import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedOlist } from '../../src/olist/seed.ts';
import { silent } from '../../src/progress.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { zipOf } from '../support/zip.ts';
import { pictureOf, rowsOf } from './shop-picture.ts';
import { type Files, filesOf, goodRecords, headers, id, type Scratch, scratch } from './small-olist.ts';

const ordersFile = 'olist_orders_dataset.csv';
const itemsFile = 'olist_order_items_dataset.csv';

let database: TestDatabase;
let place: Scratch;
const seed = (path: string) =>
  seedOlist({ owner: database.owner, timezone: 'America/Sao_Paulo', progress: silent }, { path });

beforeAll(async () => {
  database = await testDatabase();
  place = await scratch();
});
afterAll(async () => {
  await database.drop();
  await place.remove();
});

const withFile = (name: string, text: string | Buffer): Files => filesOf().set(name, Buffer.from(text));
const without = (name: string): Files => {
  const files = filesOf();
  files.delete(name);
  return files;
};
const entries = (files: Files) => [...files].map(([name, bytes]) => ({ name, bytes }));
const orders = (...records: string[]): string => [headers[ordersFile], ...records, ''].join('\n');
const order = `${id('a', 1)},${id('c', 1)},delivered,2018-05-01 10:00:00,`;

interface BadInput {
  what: string;
  path: () => Promise<string>;
  code: string;
  says: RegExp;
}

const badInputs: BadInput[] = [
  {
    what: 'a path that is not there',
    path: async () => join(place.path, 'nowhere.zip'),
    code: 'olist_path_missing',
    says: /nowhere\.zip/,
  },
  {
    what: 'an empty path',
    path: async () => '',
    code: 'olist_path_missing',
    says: /no file or folder ''/,
  },
  {
    what: 'a folder without the files',
    path: () => place.folder(new Map([['notes.txt', Buffer.from('x')]])),
    code: 'olist_files_missing',
    says: /no Olist CSV file/,
  },
  {
    what: 'a folder that lacks a file',
    path: () => place.folder(without(itemsFile)),
    code: 'olist_files_missing',
    says: /lacks olist_order_items_dataset\.csv$/,
  },
  {
    what: 'a folder with the dataset twice',
    path: async () => {
      const outer = await place.folder(new Map());
      for (const inner of ['one', 'two']) {
        await mkdir(join(outer, inner));
        for (const [name, bytes] of filesOf()) await writeFile(join(outer, inner, name), bytes);
      }
      return outer;
    },
    code: 'olist_ambiguous',
    says: /one, .*two/,
  },
  { what: 'an empty file', path: () => place.file('a.zip', ''), code: 'olist_zip_empty', says: /is empty/ },
  {
    what: 'a file that is no zip',
    path: () => place.file('a.zip', '<html>sign in</html>'),
    code: 'olist_not_a_zip',
    says: /is not a zip/,
  },
  {
    what: 'a zip without files',
    path: () => place.file('a.zip', zipOf([])),
    code: 'olist_zip_empty',
    says: /without files/,
  },
  {
    what: 'a truncated zip',
    path: () => place.file('a.zip', zipOf(entries(filesOf())).subarray(0, 300)),
    code: 'olist_zip_truncated',
    says: /truncated/,
  },
  {
    what: 'a zip that lacks a file',
    path: () => place.zip(without(ordersFile)),
    code: 'olist_files_missing',
    says: /lacks olist_orders_dataset\.csv$/,
  },
  {
    what: 'a zip with the dataset twice',
    path: () =>
      place.file(
        'a.zip',
        zipOf([
          ...entries(filesOf()),
          ...entries(filesOf()).map(({ name, bytes }) => ({ name: `x/${name}`, bytes })),
        ]),
      ),
    code: 'olist_ambiguous',
    says: /in \., x/,
  },
  {
    what: 'a zip whose file was damaged',
    path: () =>
      place.file(
        'a.zip',
        zipOf(entries(filesOf()).map((entry) => (entry.name === itemsFile ? { ...entry, crc: 1 } : entry))),
      ),
    code: 'olist_zip_damaged',
    says: /olist_order_items_dataset\.csv cannot be unpacked: the checksum differs/,
  },
  {
    what: 'a zip whose compressed bytes were damaged',
    path: () => {
      const bytes = zipOf(entries(filesOf()));
      bytes.fill(0xff, 60, 120);
      return place.file('a.zip', bytes);
    },
    code: 'olist_zip_damaged',
    says: /cannot be unpacked/,
  },
  {
    what: 'an empty CSV file',
    path: () => place.zip(withFile(ordersFile, '')),
    code: 'olist_empty_file',
    says: /olist_orders_dataset\.csv is empty/,
  },
  {
    what: 'a missing column',
    path: () => place.zip(withFile(ordersFile, 'order_id,customer_id,order_status,purchased_at\n')),
    code: 'olist_missing_column',
    says: /olist_orders_dataset\.csv has no column order_purchase_timestamp: its header is order_id, customer_id, order_status, purchased_at/,
  },
  {
    what: 'a column that is there twice',
    path: () => place.zip(withFile(ordersFile, `${headers[ordersFile]},order_id\n`)),
    code: 'olist_missing_column',
    says: /more than one column order_id/,
  },
  {
    what: 'a header with an open quote',
    path: () => place.zip(withFile(ordersFile, '"order_id,customer_id\n')),
    code: 'olist_bad_header',
    says: /a quote is not closed/,
  },
  {
    what: 'something binary instead of a CSV',
    path: () => place.zip(withFile(ordersFile, Buffer.alloc(100_000, 0xe9))),
    code: 'olist_bad_header',
    says: /olist_orders_dataset\.csv has no CSV header/,
  },
  {
    what: 'a record with a field too few',
    path: () => place.zip(withFile(ordersFile, orders(order, 'a,b,c'))),
    code: 'olist_bad_csv',
    says: /olist_orders_dataset\.csv, line 3: missing data for column "order_purchase_timestamp"/,
  },
  {
    what: 'a record with a field too many',
    path: () => place.zip(withFile(ordersFile, orders(order, `${order},x`))),
    code: 'olist_bad_csv',
    says: /line 3: extra data/,
  },
  {
    what: 'a quote that is never closed',
    path: () => place.zip(withFile(ordersFile, orders(order, `"${order}`))),
    code: 'olist_bad_csv',
    says: /line \d+: unterminated CSV quoted field/,
  },
  {
    what: 'bytes that are not UTF-8',
    path: () =>
      place.zip(
        withFile(
          ordersFile,
          Buffer.concat([Buffer.from(orders(order)), Buffer.from('\xe9,b,c,d,e\n', 'latin1')]),
        ),
      ),
    code: 'olist_bad_csv',
    says: /line 3: invalid byte sequence for encoding "UTF8"/,
  },
  {
    what: 'a NUL byte',
    path: () => place.zip(withFile(ordersFile, orders(order, 'a\0,b,c,d,e'))),
    code: 'olist_bad_csv',
    says: /line 3: invalid byte sequence/,
  },
  {
    what: 'a line that ends a COPY',
    path: () => place.zip(withFile(ordersFile, orders(order, '\\.', order))),
    code: 'olist_bad_csv',
    says: /holds only \\\./,
  },
  {
    what: 'such a line as the last one',
    path: () => place.zip(withFile(ordersFile, orders(order, '\\.').slice(0, -1))),
    code: 'olist_bad_csv',
    says: /holds only \\\./,
  },
];

describe.each([
  { shop: 'an empty shop', prepare: async () => undefined },
  { shop: 'a filled shop', prepare: async () => void (await seed(await place.zip(filesOf()))) },
])('input that cannot be read leaves $shop as it was:', ({ prepare }) => {
  beforeAll(prepare);

  it.each(badInputs)('$what', async ({ path, code, says }) => {
    const before = await pictureOf(database.owner);
    const error = await seed(await path()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(says),
      suggestion: expect.any(String),
    });
    expect(await pictureOf(database.owner)).toEqual(before);
  });
});

describe('input in another shape', () => {
  const shape = async (path: string): Promise<unknown> => {
    const other = await testDatabase();
    try {
      const context = { owner: other.owner, timezone: 'America/Sao_Paulo', progress: silent };
      await seedOlist(context, { path });
      return await rowsOf(other.owner, 'select * from shop.orders order by order_id, product_id');
    } finally {
      await other.drop();
    }
  };
  let plain: unknown;
  beforeAll(async () => {
    plain = await shape(await place.folder(filesOf()));
    expect(plain).toHaveLength(3);
  });

  it('is read from a zip, from a subfolder of one, from a subfolder, and from a folder with archive.zip', async () => {
    expect(await shape(await place.zip(filesOf()))).toEqual(plain);
    expect(await shape(await place.zip(filesOf(), 'data/olist/'))).toEqual(plain);
    const outer = await place.folder(new Map([['readme.txt', Buffer.from('hello')]]));
    await mkdir(join(outer, 'csv'));
    for (const [name, bytes] of filesOf()) await writeFile(join(outer, 'csv', name), bytes);
    expect(await shape(outer)).toEqual(plain);
    const zipped = await place.folder(new Map([['archive.zip', zipOf(entries(filesOf()))]]));
    expect(await shape(zipped)).toEqual(plain);
  });

  it('is read with CRLF, a byte order mark, no line end at the end, and quotes around everything', async () => {
    const crlf = filesOf({}, '\r\n');
    expect(await shape(await place.zip(crlf))).toEqual(plain);
    const marked = filesOf();
    for (const [name, bytes] of marked) {
      const text = bytes
        .toString()
        .replace(/^\ufeff/, '')
        .trimEnd();
      const quoted = text
        .split('\n')
        .map((line) =>
          name.startsWith('olist_customers') ? line : line.replace(/[^,"]+/g, '"$&"').replaceAll('""', '"'),
        )
        .join('\n');
      marked.set(name, Buffer.from(`\ufeff${quoted}`));
    }
    expect(await shape(await place.zip(marked))).toEqual(plain);
  });

  it('is read with columns in another order and with columns more', async () => {
    const files = filesOf();
    const reordered = goodRecords[ordersFile].map((record) => {
      const [orderId, customerId, status, purchased] = record.split(',');
      return `"a ""note"", of\ntwo lines",${purchased},x,${status},,${customerId},${orderId}`;
    });
    const header = 'note,order_purchase_timestamp,note,order_status,record,customer_id,order_id';
    files.set(ordersFile, Buffer.from([header, ...reordered, ''].join('\n')));
    expect(await shape(await place.zip(files))).toEqual(plain);
  });
});
