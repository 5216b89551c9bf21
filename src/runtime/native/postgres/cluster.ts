import { spawn } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentError } from '../../../errors.ts';
import type { LaunchCommand } from '../../service.ts';
import type { PostgresBinaries } from './binaries.ts';
import { commandAs, ownerOf, type RunAs } from './unprivileged.ts';

export interface ClusterFiles {
  data: string;
  config: string;
  hba: string;
}

export const clusterFiles = (folder: string): ClusterFiles => ({
  data: join(folder, 'data'),
  config: join(folder, 'postgresql.conf'),
  hba: join(folder, 'pg_hba.conf'),
});

/** Makes the data folder once: aside, then moved, so that a killed initdb leaves nothing that looks finished. */
export async function initCluster(
  files: ClusterFiles,
  binaries: PostgresBinaries,
  superuserPassword: string,
  runAs: RunAs,
  logFile: string,
): Promise<void> {
  if (existsSync(join(files.data, 'PG_VERSION'))) return;
  const folder = join(files.data, '..');
  const aside = `${files.data}.new`;
  const passwordFile = join(folder, `.password.${process.pid}`);
  rmSync(aside, { recursive: true, force: true });
  try {
    mkdirSync(aside, { mode: 0o700 });
    give(aside, runAs);
    writeFor(runAs, passwordFile, `${superuserPassword}\n`);
    await run(
      commandAs(runAs, {
        file: binaries.initdb,
        args: [
          '-D',
          aside,
          '-U',
          'postgres',
          '--auth=scram-sha-256',
          `--pwfile=${passwordFile}`,
          '--encoding=UTF8',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          '--data-checksums',
          '--no-instructions',
        ],
      }),
      logFile,
      files.data,
    );
    renameSync(aside, files.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Written at each start, so that `.env` and this machine's memory decide and not what they were at initdb. */
export function writeClusterConfig(
  files: ClusterFiles,
  settings: Record<string, string>,
  runAs: RunAs,
): void {
  const quoted = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  writeFor(runAs, files.config, ['# Written by shop-pipe at each start.', ...quoted, ''].join('\n'));
  writeFor(
    runAs,
    files.hba,
    [
      '# Written by shop-pipe: loopback only, and never without a password.',
      'host all all 127.0.0.1/32 scram-sha-256',
      'host all all ::1/128 scram-sha-256',
      '',
    ].join('\n'),
  );
}

/** Writes a file that only the server's account can read. */
function writeFor(runAs: RunAs, path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  give(path, runAs);
}

function give(path: string, runAs: RunAs): void {
  const owner = ownerOf(runAs);
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
}

function run(command: LaunchCommand, logFile: string, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      try {
        mkdirSync(join(logFile, '..'), { recursive: true, mode: 0o700 });
        appendFileSync(logFile, output, { mode: 0o600 });
      } catch (error) {
        return reject(error);
      }
      if (code === 0) return resolve();
      if (/No space left on device/.test(output))
        return reject(
          environmentError('disk_full', `no space left on the disk for the database (${data})`, {
            suggestion: 'free some space and run it again',
          }),
        );
      const said =
        output.split('\n').find((line) => /error|fatal|could not/i.test(line)) ??
        output.trim().split('\n').at(-1) ??
        '';
      reject(
        environmentError(
          'initdb_failed',
          `initdb could not make the database: ${said.replace(/^initdb: (error: )?/, '')}`,
          { suggestion: 'shop-pipe doctor' },
        ),
      );
    });
  });
}
