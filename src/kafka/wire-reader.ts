/** Reads the primitive types of Kafka's protocol, one after the other. Throws RangeError past the end. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #move(length: number): number {
    const at = this.#at;
    this.#at += length;
    return at;
  }

  bool(): boolean {
    return this.#bytes.readInt8(this.#move(1)) !== 0;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#move(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#move(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#move(4));
  }

  /** A 64-bit number that a double holds: offsets and sizes below 2^53. */
  int64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#move(8)));
  }

  /** 22 characters of base64url, as Kafka's tools print it. */
  uuid(): string {
    const at = this.#move(16);
    return this.#bytes.subarray(at, at + 16).toString('base64url');
  }

  string(): string | null {
    return this.#text(this.int16());
  }

  compactString(): string | null {
    return this.#text(this.#varint() - 1);
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  compactArray<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#varint() - 1) }, read);
  }

  /** Tagged fields are additions that an older reader may ignore. */
  skipTags(): void {
    for (let left = this.#varint(); left > 0; left -= 1) {
      this.#varint();
      this.#move(this.#varint());
    }
  }

  #text(length: number): string | null {
    if (length < 0) return null;
    const at = this.#move(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#move(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}
