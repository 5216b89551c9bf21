import { dataError } from '../errors.ts';
import { type OlistFileName, olistFiles } from './olist-files.ts';

/** A header longer than this is none: the file is something else. */
const headerLimit = 64 * 1024;
const suggestion = 'get the archive again: shop-pipe seed olist --download';

/**
 * Reads the column names of a CSV file from its first bytes.
 *
 * @returns the names in file order and `rest`, which gives the whole file again, header included
 * @throws ShopPipeError `olist_empty_file`, `olist_bad_header`, `olist_missing_column`
 */
export async function readHeader(
  name: OlistFileName,
  source: AsyncIterable<Buffer>,
): Promise<{ columns: string[]; rest: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  let ended = false;
  let end = -1;
  while (end < 0 && !ended) {
    const next = await chunks.next();
    ended = next.done === true;
    if (!next.done) read = Buffer.concat([read, next.value]);
    end = recordEnd(read);
    if (end < 0 && read.length > headerLimit) throw badHeader(name, `none within ${headerLimit} bytes`);
  }
  const columns = headerColumns(name, read.subarray(0, end < 0 ? read.length : end));
  async function* rest(): AsyncGenerator<Buffer> {
    yield read;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { columns, rest: rest() };
}

/** Where the first record ends; -1 when it goes on. A line end between quotes belongs to the record. */
function recordEnd(bytes: Buffer): number {
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) quoted = !quoted;
    else if (!quoted && (byte === 0x0a || byte === 0x0d)) return at;
  }
  return -1;
}

function headerColumns(name: OlistFileName, bytes: Buffer): string[] {
  let text: string;
  try {
    // Takes a byte order mark away.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw badHeader(name, 'not UTF-8', error);
  }
  if (text === '') throw dataError('olist_empty_file', `${name} is empty: not even a header`, { suggestion });
  const columns = fieldsOf(text);
  if (columns === null) throw badHeader(name, 'a quote is not closed');
  const has = columns.join(', ').slice(0, 300);
  for (const column of olistFiles[name]) {
    const times = columns.filter((other) => other === column).length;
    if (times === 1) continue;
    throw dataError(
      'olist_missing_column',
      `${name} has ${times === 0 ? 'no column' : 'more than one column'} ${column}: its header is ${has}`,
      { suggestion },
    );
  }
  return columns;
}

const badHeader = (name: OlistFileName, reason: string, cause?: unknown) =>
  dataError('olist_bad_header', `${name} has no CSV header (${reason})`, { suggestion, cause });

/** The fields of one CSV record, null when a quote is not closed. */
export function fieldsOf(record: string): string[] | null {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < record.length; at++) {
    const char = record.charAt(at);
    if (quoted && char === '"' && record[at + 1] === '"') {
      field += '"';
      at++;
    } else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  fields.push(field);
  return quoted ? null : fields;
}
