import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureOf } from '../olist/shop-picture.ts';
import { Sandbox } from '../support/cli.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { settingsOf } from './world.ts';

const bin = resolve(import.meta.dirname, '../../bin/shop-pipe.mjs');
/** A file system of its own needs a mount, and that the rights of a namespace. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
if (!canMount)
  process.stderr.write('SKIPPED: test/bad-input/full-disk.test.ts: unshare -rm mount is not permitted\n');

interface BadPlace {
  what: string;
  /** Shell, in the folder where the file system is mounted. */
  mounted: string;
  size: string;
  call: string;
  exit: number;
  says: RegExp;
  /** Names in the folder afterwards. */
  left: string[];
}

const places: BadPlace[] = [
  {
    what: 'init on a full disk leaves no half .env',
    size: '4k',
    mounted: 'true',
    call: 'init',
    exit: 1,
    says: /no space left on the disk/,
    left: [],
  },
  {
    what: 'init on a disk that may only be read',
    size: '64k',
    mounted: 'mount -o remount,ro .',
    call: 'init',
    exit: 1,
    says: /the file system is read-only: .*\.env/,
    left: [],
  },
  {
    what: 'up on a disk too small for a database',
    size: '128k',
    mounted: `"$BIN" init`,
    call: 'up postgres',
    exit: 1,
    says: /no space left on the disk for the database/,
    left: ['.env', '.shop-pipe'],
  },
  {
    what: 'up with a home that may only be read',
    size: '128k',
    mounted: `"$BIN" init && mount -o remount,ro .`,
    call: 'up postgres',
    exit: 1,
    says: /cannot make the folder .*\.shop-pipe.* \(EROFS\)/,
    left: ['.env'],
  },
  {
    what: 'erd on a full disk',
    size: '16k',
    mounted: 'true',
    call: 'erd --out .',
    exit: 1,
    says: /no space left on the disk/,
    left: [],
  },
  {
    what: 'a report into a file on a full disk is no success',
    size: '4k',
    mounted: 'head -c 4096 /dev/zero > full',
    call: 'report > report.txt',
    exit: 1,
    says: /the output could not be written \(ENOSPC\)/,
    left: ['full', 'report.txt'],
  },
  {
    what: 'a document into a full device is no success',
    size: '4k',
    mounted: 'true',
    call: 'etl status --json > /dev/full',
    exit: 1,
    says: /the output could not be written \(ENOSPC\)/,
    left: [],
  },
];

describe.skipIf(!canMount)(`a disk that takes nothing, ${places.length} cases`, () => {
  const sandbox = new Sandbox();
  const folder = join(sandbox.folder, 'mounted');
  let database: TestDatabase;
  beforeAll(async () => {
    mkdirSync(folder);
    database = await testDatabase();
  });
  afterAll(async () => {
    await database.drop();
    await sandbox.remove();
  });

  it.each(places)('$what', async ({ size, mounted, call, exit, says, left }) => {
    const before = await pictureOf(database.owner);
    const needs = call.startsWith('up') || call === 'init' ? {} : settingsOf(database);
    const script = `
      mount -t tmpfs -o size=${size} tmpfs "$MOUNTED" && cd "$MOUNTED" && { ${mounted}; } >/dev/null || exit 99
      "$BIN" ${call}
      code=$?
      echo "left: $(ls -A | tr '\\n' ' ')" >&2
      exit $code`;
    const { code, stderr } = await run(script, needs);
    expect([code, stderr]).toEqual([exit, expect.stringMatching(says)]);
    expect(/left: (.*)/.exec(stderr)?.[1]?.split(' ').filter(Boolean)).toEqual(left);
    expect(await pictureOf(database.owner)).toEqual(before);
  });

  const run = (
    script: string,
    env: Record<string, string>,
  ): Promise<{ code: number | null; stderr: string }> =>
    new Promise((done, reject) => {
      const child = spawn('unshare', ['-rm', 'sh', '-c', script], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env['PATH'], NO_COLOR: '1', BIN: bin, MOUNTED: folder, ...env },
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject).once('close', (code) => done({ code, stderr }));
    });
});
