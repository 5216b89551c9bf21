import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf, readHeader } from '../../src/olist/csv-header.ts';
import { refuseEndMark } from '../../src/olist/end-mark.ts';

const name = 'product_category_name_translation.csv';
const header = 'product_category_name,product_category_name_english';

/** The same bytes in pieces of the given sizes, over and over. */
async function* inPieces(text: string | Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  let n = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sizes[n++ % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
async function textOf(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('readHeader', () => {
  it('finds the columns however the bytes arrive, and gives back every byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom('\n', '\r\n', ''),
        fc.boolean(),
        async (pieces, end, marked) => {
          const text = `${marked ? '\ufeff' : ''}${header}${end}${end ? `a,b${end}` : ''}`;
          const { columns, rest } = await readHeader(name, inPieces(text, pieces));
          expect(columns).toEqual(header.split(','));
          expect(await textOf(rest)).toBe(text);
        },
      ),
    );
  });

  it('takes quoted names, also with commas, quotes and line ends in them', async () => {
    const text = `"product_category_name","a, ""b""\nc",product_category_name_english\nx,y,z\n`;
    const { columns } = await readHeader(name, inPieces(text, [3]));
    expect(columns).toEqual(['product_category_name', 'a, "b"\nc', 'product_category_name_english']);
  });

  it.each([
    ['', 'olist_empty_file'],
    ['\n', 'olist_empty_file'],
    ['product_category_name\n', 'olist_missing_column'],
    [`${header},product_category_name\n`, 'olist_missing_column'],
    [`"${header}\n`, 'olist_bad_header'],
    [`"${'x'.repeat(70_000)}`, 'olist_bad_header'],
    [Buffer.from([0xff, 0xfe, 0x0a]), 'olist_bad_header'],
  ])('refuses %j: %s', async (text, code) => {
    await expect(readHeader(name, inPieces(text, [64]))).rejects.toMatchObject({ kind: 'data', code });
  });
});

describe('fieldsOf', () => {
  it('undoes the quoting of any fields', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        const record = fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
        expect(fieldsOf(record)).toEqual(fields);
      }),
    );
  });
});

describe('refuseEndMark', () => {
  const text = fc.string({ unit: fc.constantFrom('\\', '.', '\n', '\r', 'a', ',') });

  it('refuses just the texts with a line of its own for it, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(text, sizes, async (body, pieces) => {
        const whole = `a\n${body}`;
        const marked = whole.split(/[\r\n]/).includes('\\.');
        const read = textOf(refuseEndMark(name, inPieces(whole, pieces)));
        if (marked) await expect(read).rejects.toMatchObject({ code: 'olist_bad_csv' });
        else expect(await read).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});
