import { createHash, hash } from 'node:crypto';
import { endianness } from 'node:os';
import { SortedRuns } from './digest-runs.ts';
import type { ProducedEvent } from './event.ts';
import { readOrderEvent } from './read-event.ts';
import type { OrderEvent } from './schema.ts';

/** What of an event the digest sees. */
export type DigestedEvent = Pick<ProducedEvent, 'key' | 'version' | 'type' | 'lines'>;

/**
 * Names a multiset of events, whatever order they are added in, so that what was acked can be compared with what is in
 * Kafka, and one run with another. For each event
 *
 *     text  = key TAB version TAB type TAB lines        (UTF-8)
 *     value = first 8 bytes of SHA-256(text)
 *
 * and the digest is the SHA-256, in hex, over all values in ascending order of their bytes, repeated ones repeated; of no
 * event that of no bytes. `lines` is `product_id:quantity:price` of each line as the event has them, joined by commas. A
 * message whose value the schema refuses counts with version 0, type `invalid` and no lines. For a list of texts, one per line:
 *
 *     while IFS= read -r text; do printf %s "$text" | sha256sum | cut -c1-16; done | sort | xxd -r -p | sha256sum
 *
 * Memory stays flat: sorted runs of 131,072 values go to a file, which is made only when the first run is full and has no
 * name, so that even a killed process leaves nothing. 50 million events take 400 MB of disk.
 */
export class EventDigest {
  private readonly values = new BigUint64Array(131_072);
  private readonly words = new Uint32Array(this.values.buffer);
  private readonly runs: SortedRuns;
  private filled = 0;

  /** @param folder where the file may be made, e.g. the project's `.shop-pipe` or the system's temporary folder */
  constructor(folder: string) {
    this.runs = new SortedRuns(folder);
  }

  /** Events so far. */
  get count(): number {
    return this.runs.count + this.filled;
  }

  /** @throws ShopPipeError `digest_unwritable` where the folder takes no file */
  add({ key, version, type, lines }: DigestedEvent): void {
    const sum = hash('sha256', `${key}\t${version}\t${type}\t${lines}`, 'buffer');
    this.words[2 * this.filled + highWord] = sum.readUInt32BE(0);
    this.words[2 * this.filled + 1 - highWord] = sum.readUInt32BE(4);
    this.filled++;
    if (this.filled === this.values.length) {
      this.runs.add(this.values.sort());
      this.filled = 0;
    }
  }

  /** The digest in hex; nothing can be added any more. */
  finish(): string {
    const sha = createHash('sha256');
    for (const bytes of this.runs.merged(this.values.subarray(0, this.filled).sort())) sha.update(bytes);
    this.close();
    return sha.digest('hex');
  }

  /** Gives the file up; needed where `finish` is not reached. */
  close(): void {
    this.runs.close();
  }
}

export const createDigest = (folder: string): EventDigest => new EventDigest(folder);

/** Which half of a 64-bit element is the high one, in 32-bit words. */
const highWord = endianness() === 'LE' ? 1 : 0;

/** The digest of messages as they are in Kafka. */
export function digestOf(messages: Iterable<{ key: string; value: Uint8Array }>, folder: string): string {
  const digest = createDigest(folder);
  try {
    for (const { key, value } of messages) digest.add(digestedEvent(key, readOrderEvent(value).event));
    return digest.finish();
  } finally {
    digest.close();
  }
}

/** What the digest sees of a message that was read; undefined where the schema refused it. */
export const digestedEvent = (key: string, event: OrderEvent | undefined): DigestedEvent =>
  event === undefined
    ? { key, version: 0, type: 'invalid', lines: '' }
    : { key, version: event.version, type: event.event_type, lines: linesText(event.lines) };

const linesText = (lines: OrderEvent['lines']): string =>
  lines.map(({ product_id, quantity, price }) => `${product_id}:${quantity}:${price}`).join();
