import type { RowStream } from '../../../src/olist/synthetic/row-stream.ts';

/** Reads PostgreSQL's binary COPY format back, by its documentation and by nothing of the writer's. */
export function* rowsIn(bytes: Buffer): Generator<Buffer[]> {
  if (bytes.toString('latin1', 0, 11) !== 'PGCOPY\n\xff\r\n\0') throw new Error('no signature');
  if (bytes.readInt32BE(11) !== 0 || bytes.readInt32BE(15) !== 0) throw new Error('flags or an extension');
  let at = 19;
  for (;;) {
    const fields = bytes.readInt16BE(at);
    at += 2;
    if (fields === -1) break;
    const row: Buffer[] = [];
    for (let field = 0; field < fields; field++) {
      const length = bytes.readInt32BE(at);
      row.push(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    yield row;
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes behind the trailer`);
}

export const uuidOf = (field: Buffer): string => {
  if (field.length !== 16) throw new Error(`a uuid of ${field.length} bytes`);
  return field.toString('hex');
};

export const int4Of = (field: Buffer): number => {
  if (field.length !== 4) throw new Error(`an int4 of ${field.length} bytes`);
  return field.readInt32BE(0);
};

/** Seconds since 1970. */
export const instantOf = (field: Buffer): number => {
  const micros = field.readBigInt64BE(0);
  if (field.length !== 8 || micros % 1_000_000n !== 0n) throw new Error('not a timestamptz of whole seconds');
  return Number(micros / 1_000_000n) + 946_684_800;
};

/** Cents of a numeric with two decimals. */
export const centsOf = (field: Buffer): number => {
  const [digits, weight, sign, scale] = [0, 2, 4, 6].map((at) => field.readInt16BE(at));
  if (digits === undefined || weight === undefined) throw new Error('a numeric without a head');
  if (sign !== 0 || scale !== 2 || field.length !== 8 + 2 * digits) throw new Error('not a numeric(_, 2)');
  let cents = 0;
  for (let i = 0; i < digits; i++) cents += field.readInt16BE(8 + 2 * i) * 10_000 ** (weight - i) * 100;
  return Math.round(cents);
};

export async function bytesOf(stream: RowStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
