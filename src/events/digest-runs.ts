import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { environmentError } from '../errors.ts';

/** Values that one run is read by at a time: 64 KB. */
const block = 8_192;

/** Sorted runs of 64-bit values in a file that has no name any more, and their merge. */
export class SortedRuns {
  private readonly folder: string;
  private file: number | undefined;
  private readonly lengths: number[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  get count(): number {
    return this.lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Keeps a copy of `run`, which is sorted. */
  add(run: BigUint64Array): void {
    try {
      this.file ??= openUnnamed(this.folder);
      const bytes = new Uint8Array(run.buffer, run.byteOffset, run.byteLength);
      for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written);
    } catch (cause) {
      throw environmentError(
        'digest_unwritable',
        `cannot write the digest's temporary file in ${this.folder}`,
        {
          suggestion: `free some space there or make it writable: df -h ${this.folder}`,
          cause,
        },
      );
    }
    this.lengths.push(run.length);
  }

  /** All values of the runs and of `last`, ascending, as big-endian bytes. */
  *merged(last: BigUint64Array): Generator<Uint8Array> {
    const out = Buffer.alloc(8 * block);
    let filled = 0;
    const heads = new Heads([...this.readers(), blocksOf(last)]);
    for (let value = heads.next(); value !== undefined; value = heads.next()) {
      out.writeBigUInt64BE(value, filled);
      filled += 8;
      if (filled === out.length) {
        yield out;
        filled = 0;
      }
    }
    yield out.subarray(0, filled);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private readers(): Generator<BigUint64Array>[] {
    let start = 0;
    return this.lengths.map((length) => {
      const first = start;
      start += length;
      return this.blocks(first, length);
    });
  }

  private *blocks(first: number, length: number): Generator<BigUint64Array> {
    const values = new BigUint64Array(Math.min(block, length));
    for (let read = 0; read < length; ) {
      const wanted = Math.min(values.length, length - read);
      const part = values.subarray(0, wanted);
      readFully(this.file as number, part, 8 * (first + read));
      read += wanted;
      yield part;
    }
  }
}

function* blocksOf(values: BigUint64Array): Generator<BigUint64Array> {
  yield values;
}

/** The least value of several ascending sequences: a binary heap of their readers by the value that each is at. */
class Heads {
  private readonly heap: Reader[] = [];

  constructor(sequences: readonly Generator<BigUint64Array>[]) {
    for (const sequence of sequences) {
      const reader = new Reader(sequence);
      if (reader.ended) continue;
      this.heap.push(reader);
    }
    this.heap.sort((a, b) => (a.value < b.value ? -1 : 1));
  }

  next(): bigint | undefined {
    const first = this.heap[0];
    if (first === undefined) return undefined;
    const { value } = first;
    first.advance();
    let sinking = first;
    if (first.ended) {
      const last = this.heap.pop() as Reader;
      if (last === first) return value;
      sinking = last;
    }
    this.sink(sinking);
    return value;
  }

  private sink(reader: Reader): void {
    const { heap } = this;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const right = heap[child + 1];
      if (right !== undefined && right.value < (heap[child] as Reader).value) child++;
      const below = heap[child] as Reader;
      if (reader.value <= below.value) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = reader;
  }
}

class Reader {
  value = 0n;
  ended = false;
  private readonly blocks: Generator<BigUint64Array>;
  private current = new BigUint64Array(0);
  private at = 0;

  constructor(blocks: Generator<BigUint64Array>) {
    this.blocks = blocks;
    this.advance();
  }

  advance(): void {
    while (this.at === this.current.length) {
      const { value, done } = this.blocks.next();
      this.ended = done === true;
      if (this.ended) return;
      this.current = value as BigUint64Array<ArrayBuffer>;
      this.at = 0;
    }
    this.value = this.current[this.at++] as bigint;
  }
}

function openUnnamed(folder: string): number {
  const own = mkdtempSync(join(folder, 'digest-'));
  try {
    return openSync(join(own, 'runs'), 'wx+', 0o600);
  } finally {
    rmSync(own, { recursive: true });
  }
}

function readFully(file: number, into: BigUint64Array, position: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  for (let read = 0; read < bytes.length; ) {
    const got = readSync(file, bytes, read, bytes.length - read, position + read);
    if (got === 0) throw new Error('the digest lost a part of its file');
    read += got;
  }
}
