import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentError } from '../../../errors.ts';
import type { LaunchCommand } from '../../service.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Unprivileged } from './unprivileged.ts';

export interface ClusterFiles {
  data: string;
  config: string;
  hba: string;
}

export const clusterFiles = (home: string): ClusterFiles => ({
  data: join(home, 'postgres', 'data'),
  config: join(home, 'postgres', 'postgresql.conf'),
  hba: join(home, 'postgres', 'pg_hba.conf'),
});

/** Makes the data folder once: aside, then moved, so that a killed initdb leaves nothing that looks finished. */
export async function initCluster(
  files: ClusterFiles,
  binaries: PostgresBinaries,
  superuserPassword: string,
  asPostgres: Unprivileged,
  logFile: string,
): Promise<void> {
  if (existsSync(join(files.data, 'PG_VERSION'))) return;
  const folder = join(files.data, '..');
  const aside = `${files.data}.new`;
  const passwordFile = join(folder, `.password.${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(aside, { recursive: true, force: true });
  writeFileSync(passwordFile, `${superuserPassword}\n`, { mode: 0o600 });
  try {
    await run(
      asPostgres({
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
    );
    renameSync(aside, files.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Written at each start, so that `.env` and this machine's memory decide and not what they were at initdb. */
export function writeClusterConfig(files: ClusterFiles, settings: Record<string, string>): void {
  const quoted = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  writeFileSync(files.config, ['# Written by shop-pipe at each start.', ...quoted, ''].join('\n'), {
    mode: 0o600,
  });
  writeFileSync(
    files.hba,
    [
      '# Written by shop-pipe: loopback only, and never without a password.',
      'host all all 127.0.0.1/32 scram-sha-256',
      'host all all ::1/128 scram-sha-256',
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
}

function run(command: LaunchCommand, logFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      mkdirSync(join(logFile, '..'), { recursive: true, mode: 0o700 });
      appendFileSync(logFile, output, { mode: 0o600 });
      if (code === 0) return resolve();
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
