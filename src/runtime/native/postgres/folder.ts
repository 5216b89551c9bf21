import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { environmentError } from '../../../errors.ts';
import { commandAs, type Machine, ownerOf, type RunAs } from './unprivileged.ts';

/** Root's own place for folders of homes that the server's account cannot reach, such as those below /root. */
export const sharedPlace = '/var/lib/shop-pipe';

/**
 * Makes `<home>/postgres` ready for a server that runs as `runAs` and returns its real path. Where that account cannot
 * reach it, it is a link to a folder of its own below `place`. The folder stays root's, so that the account can plant
 * nothing where root writes; what the server writes is in `data`, which is the account's.
 *
 * @throws ShopPipeError `data_unreachable` where data are already at a place that `runAs` cannot reach, `unsafe_folder`.
 */
export function openFolder(home: string, runAs: RunAs, machine: Machine, place = sharedPlace): string {
  const folder = join(home, 'postgres');
  const owner = ownerOf(runAs);
  if (owner === null) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  const canEnter = (path: string): boolean =>
    machine.works(commandAs(runAs, { file: 'test', args: ['-x', path] }));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!isLink(folder)) {
    if (canEnter(home) || openHome(home, owner.gid, canEnter)) mkdirSync(folder, { recursive: true });
    else linkElsewhere(folder, place);
  }
  const real = realFolder(folder);
  chownSync(real, 0, owner.gid);
  chmodSync(real, 0o710);
  if (!canEnter(real)) throw unreachable(real);
  giveData(join(real, 'data'), owner);
  return real;
}

/** Deletes what `openFolder` made and all in it. */
export function purgeFolder(home: string, place = sharedPlace): void {
  const folder = join(home, 'postgres');
  if (isLink(folder) && dirname(readlinkSync(folder)) === place) {
    rmSync(readlinkSync(folder), { recursive: true, force: true });
    try {
      rmdirSync(place);
    } catch {
      // Other homes have folders there.
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

/** A home that is closed to all but root is opened for entering (not listing) by the account's group. */
function openHome(home: string, gid: number, canEnter: (path: string) => boolean): boolean {
  const { uid, mode } = statSync(home);
  if (uid !== 0 || (mode & 0o067) !== 0 || !canEnter(dirname(home))) return false;
  chownSync(home, 0, gid);
  chmodSync(home, 0o710);
  return canEnter(home);
}

function linkElsewhere(folder: string, place: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreachable(folder);
  }
  mkdirSync(place, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(place);
  if (isLink(place) || uid !== 0 || (mode & 0o022) !== 0) {
    throw environmentError('unsafe_folder', `${place} is not a folder that only root can write`, {
      suggestion: `look at it: ls -ld ${place}`,
    });
  }
  chmodSync(place, 0o755);
  // A new name each time: a home that was deleted by hand and made anew must not find the old data.
  symlinkSync(mkdtempSync(join(place, 'postgres-')), folder);
}

/** The folder behind a link whose target was deleted is made again. */
function realFolder(folder: string): string {
  if (isLink(folder)) mkdirSync(readlinkSync(folder), { recursive: true });
  return realpathSync(folder);
}

/** Data made as somebody else (a machine with namespaces before, another account) change hands; `data` itself last. */
function giveData(data: string, { uid, gid }: { uid: number; gid: number }): void {
  if (lstatSync(data, { throwIfNoEntry: false })?.uid === uid || !isFolder(data)) return;
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(data, name), uid, gid);
  lchownSync(data, uid, gid);
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const unreachable = (folder: string): Error =>
  environmentError(
    'data_unreachable',
    `postgres cannot run as root, and what it may run as cannot reach its data in ${folder}`,
    {
      suggestion: `let others enter the folders above it (chmod o+x), or start anew: shop-pipe down --purge && shop-pipe up`,
    },
  );
