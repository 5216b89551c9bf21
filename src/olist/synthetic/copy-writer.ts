/** A chunk is handed on when it is at least this long; bytes. */
const chunkBytes = 128 * 1024;
/** Room past `chunkBytes` that one `fill` step (an order of eight lines, a customer) always fits in. */
const slack = 8 * 1024;
/** PostgreSQL counts timestamps from 2000-01-01; seconds from 1970. */
const postgresEpoch = 946_684_800;
const epochDay = postgresEpoch / 86_400;
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/**
 * Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"): signature, flags and an empty
 * extension, then per row a field count and per field a length and the bytes, then -1. Every method but `take` writes
 * into a buffer that is there already.
 */
export class CopyWriter {
  private bytes = Buffer.allocUnsafeSlow(chunkBytes + slack);
  private view = viewOf(this.bytes);
  private at = 0;

  constructor() {
    this.at = signature.copy(this.bytes);
    this.view.setInt32(this.at, 0);
    this.view.setInt32(this.at + 4, 0);
    this.at += 8;
  }

  /** The chunk has its length: `take` it before more is written. */
  get full(): boolean {
    return this.at >= chunkBytes;
  }

  /** The chunk so far. It is the caller's from now on, the next rows go into another. */
  take(): Buffer {
    const chunk = this.bytes.subarray(0, this.at);
    this.bytes = Buffer.allocUnsafeSlow(chunkBytes + slack);
    this.view = viewOf(this.bytes);
    this.at = 0;
    return chunk;
  }

  /** The last chunk, with the trailer. */
  end(): Buffer {
    this.view.setInt16(this.at, -1);
    return this.bytes.subarray(0, this.at + 2);
  }

  row(fields: number): void {
    this.view.setInt16(this.at, fields);
    this.at += 2;
  }

  uuid(words: Int32Array): void {
    const { view, at } = this;
    view.setInt32(at, 16);
    view.setInt32(at + 4, words[0] as number);
    view.setInt32(at + 8, words[1] as number);
    view.setInt32(at + 12, words[2] as number);
    view.setInt32(at + 16, words[3] as number);
    this.at = at + 20;
  }

  int4(value: number): void {
    this.view.setInt32(this.at, 4);
    this.view.setInt32(this.at + 4, value);
    this.at += 8;
  }

  /** A bigint from a safe integer. */
  int8(value: number): void {
    this.view.setInt32(this.at, 8);
    this.view.setInt32(this.at + 4, Math.floor(value / 0x1_0000_0000));
    this.view.setInt32(this.at + 8, value | 0);
    this.at += 12;
  }

  /** timestamptz from whole seconds since 1970. */
  instant(seconds: number): void {
    this.int8((seconds - postgresEpoch) * 1_000_000);
  }

  /** date from days since 1970-01-01. */
  date(days: number): void {
    this.int4(days - epochDay);
  }

  /** numeric with two decimals from cents below 1,000,000: digits to base 10,000, one before the point, one behind. */
  cents(value: number): void {
    const { view, at } = this;
    const whole = Math.floor(value / 100);
    const fraction = (value - whole * 100) * 100;
    const digits = (whole === 0 ? 0 : 1) + (fraction === 0 ? 0 : 1);
    view.setInt32(at, 8 + 2 * digits);
    view.setInt16(at + 4, digits);
    view.setInt16(at + 6, whole === 0 && fraction !== 0 ? -1 : 0);
    view.setInt16(at + 8, 0);
    view.setInt16(at + 10, 2);
    let end = at + 12;
    if (whole !== 0) {
      view.setInt16(end, whole);
      end += 2;
    }
    if (fraction !== 0) {
      view.setInt16(end, fraction);
      end += 2;
    }
    this.at = end;
  }

  /** numeric from cents, a safe integer that is not negative: a sum of prices, with two decimals, or of none, 0. */
  money(value: number): void {
    if (value > 0 && value < 1_000_000) return this.cents(value);
    const { view, at } = this;
    const digits: number[] = [];
    for (let rest = Math.floor(value / 100); rest > 0; rest = Math.floor(rest / 10_000))
      digits.unshift(rest % 10_000);
    const weight = Math.max(0, digits.length - 1);
    digits.push((value % 100) * 100);
    while (digits.at(-1) === 0) digits.pop();
    view.setInt32(at, 8 + 2 * digits.length);
    view.setInt16(at + 4, digits.length);
    view.setInt16(at + 6, weight);
    view.setInt16(at + 8, 0);
    view.setInt16(at + 10, value === 0 ? 0 : 2);
    digits.forEach((digit, i) => {
      view.setInt16(at + 12 + 2 * i, digit);
    });
    this.at = at + 12 + 2 * digits.length;
  }

  /** A text field begins; what `append` and `hex` write is its content, until `endText`. */
  beginText(): number {
    this.at += 4;
    return this.at;
  }

  endText(start: number): void {
    this.view.setInt32(start - 4, this.at - start);
  }

  append(bytes: Uint8Array): void {
    const { bytes: target, at } = this;
    // Names are a dozen bytes: a loop is quicker than a call of copy.
    for (let i = 0; i < bytes.length; i++) target[at + i] = bytes[i] as number;
    this.at = at + bytes.length;
  }

  /** Eight hex digits. */
  hex(value: number): void {
    for (let shift = 28; shift >= 0; shift -= 4) {
      const digit = (value >>> shift) & 15;
      this.bytes[this.at++] = digit < 10 ? 48 + digit : 87 + digit;
    }
  }

  text(bytes: Uint8Array): void {
    this.view.setInt32(this.at, bytes.length);
    this.at += 4;
    this.append(bytes);
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
