import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/process/make-folder.ts';

const place = mkdtempSync(join(tmpdir(), 'shop-pipe-folder-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('makeFolder', () => {
  it('makes what is missing, for the owner alone, and takes what is there', () => {
    const folder = join(place, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    symlinkSync(folder, join(place, 'link'));
    makeFolder(join(place, 'link', 'd'));
    expect(existsSync(join(folder, 'd'))).toBe(true);
  });

  const refused: [string, string][] = [
    ['below a file', join(place, 'file', 'x')],
    ['that is a file', join(place, 'file')],
    ['at a link to nowhere', join(place, 'dangling')],
  ];
  // Root may write everywhere but there, and Node's recursive mkdir never comes back.
  if (process.platform === 'linux') refused.push(['in /proc', '/proc/shop-pipe/run/x']);

  it.each(refused)('%s is refused with the remedy', (_, folder) => {
    writeFileSync(join(place, 'file'), '');
    rmSync(join(place, 'dangling'), { force: true });
    symlinkSync(join(place, 'nowhere'), join(place, 'dangling'));
    expect(() => makeFolder(folder)).toThrow(
      expect.objectContaining({
        kind: 'environment',
        code: 'home_unwritable',
        suggestion: expect.stringContaining('--home'),
      }),
    );
  });
});
