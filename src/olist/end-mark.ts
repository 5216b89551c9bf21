import { dataError } from '../errors.ts';
import type { OlistFileName } from './olist-files.ts';

const isLineEnd = (byte: number | undefined): boolean => byte === 0x0a || byte === 0x0d;

/**
 * Passes the bytes on, unless a line is nothing but `\.`: up to version 17 Postgres takes that for the end of a COPY,
 * even in CSV and between quotes, and would drop what follows without a word.
 *
 * @throws ShopPipeError `olist_bad_csv`
 */
export async function* refuseEndMark(
  name: OlistFileName,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  // The last bytes of the chunk before, since the mark may be cut in two.
  let tail = Buffer.from('\n');
  const refuse = (): never => {
    throw dataError('olist_bad_csv', `${name}: a line holds only \\., which ends a COPY`, {
      suggestion: `find it by grep -n '^\\\\\\.' ${name} and mend the file`,
    });
  };
  for await (const chunk of source) {
    const bytes = Buffer.concat([tail, chunk]);
    for (let at = bytes.indexOf('\\.'); at >= 0; at = bytes.indexOf('\\.', at + 2)) {
      if (isLineEnd(bytes[at - 1]) && isLineEnd(bytes[at + 2])) refuse();
    }
    tail = bytes.subarray(-3);
    yield chunk;
  }
  if (/[\n\r]\\\.$/.test(tail.toString('latin1'))) refuse();
}
