import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createDigest, type DigestedEvent, digestOf } from '../../src/events/digest.ts';
import { withDirt } from '../../src/events/dirty.ts';
import { catalogue, generator, startTime, take } from './sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha = (data: string | Buffer) => createHash('sha256').update(data);

/** The definition, word by word. */
function byDefinition(events: readonly DigestedEvent[]): string {
  const values = events.map(({ key, version, type, lines }) =>
    sha(`${key}\t${version}\t${type}\t${lines}`).digest('hex').slice(0, 16),
  );
  return sha(Buffer.from(values.sort().join(''), 'hex')).digest('hex');
}

function digestFrom(events: Iterable<DigestedEvent>): string {
  const digest = createDigest(folder);
  for (const event of events) digest.add(event);
  return digest.finish();
}

describe('the digest', () => {
  it('is what its definition says', () => {
    const events = take(generator(), 2_000);
    expect(digestFrom(events)).toBe(byDefinition(events));
    expect(digestFrom([])).toBe(sha('').digest('hex'));
  });

  it('is what sha256sum, cut and sort make of the same texts', () => {
    const events: DigestedEvent[] = [
      { key: 'a', version: 1, type: 'order_created', lines: 'p:1:2.00' },
      { key: 'b', version: 2, type: 'order_approved', lines: 'q:3:1.50,r:1:1.00' },
      { key: 'a', version: 0, type: 'invalid', lines: '' },
    ];
    expect(digestFrom(events)).toBe('09b7fe722d8fb5c99e4d8b906d8afb79221b730ed4aeb26106ec6e9771976f37');
  });

  it('does not depend on the order, and sees every change', () => {
    const events = take(generator(), 50);
    const digest = digestFrom(events);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 50 }), (shuffled) => {
        expect(digestFrom(shuffled)).toBe(digest);
      }),
      { numRuns: 30 },
    );
    const first = events[0] as DigestedEvent;
    const others: DigestedEvent[] = events.slice(1);
    expect(digestFrom(others)).not.toBe(digest);
    expect(digestFrom([first, ...events])).not.toBe(digest);
    expect(digestFrom([{ ...first, version: first.version + 1 }, ...others])).not.toBe(digest);
    expect(digestFrom([{ ...first, lines: `${first.lines}0` }, ...others])).not.toBe(digest);
  });

  it('is the same through runs on disk, and leaves no file', () => {
    // Three full runs, each of several blocks, and a rest; some events twice.
    const events = Array.from({ length: 3 * 131_072 + 4_321 }, (_, n) => ({
      key: `order ${n % 390_000}`,
      version: 1,
      type: 'order_created' as const,
      lines: '',
    }));
    const digest = createDigest(folder);
    for (const event of events) digest.add(event);
    expect(digest.count).toBe(events.length);
    expect(readdirSync(folder)).toEqual([]);
    expect(digest.finish()).toBe(byDefinition(events));
    digest.close();
  });

  it('can be recomputed from what is in Kafka, dirt and all', () => {
    const source = withDirt({ source: generator(), catalogue, seed: 1, startTime, share: 0.3 });
    const events = take(source, 3_000);
    expect(digestOf(events, folder)).toBe(digestFrom(events));
  });

  it('says where it cannot write', () => {
    const digest = createDigest(join(folder, 'none'));
    const event = { key: '', version: 1, type: 'order_created' as const, lines: '' };
    expect(() => {
      for (let n = 0; n < 131_072; n++) digest.add(event);
    }).toThrow(expect.objectContaining({ code: 'digest_unwritable', kind: 'environment' }));
    digest.close();
  });
});
