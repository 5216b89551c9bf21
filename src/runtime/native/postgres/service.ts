import { join } from 'node:path';
import type { Config } from '../../../config/config.ts';
import { probePostgres } from '../../../postgres/probe.ts';
import type { ListeningService } from '../../service.ts';
import { findPostgres, type PostgresBinaries, runnableBinaries } from './binaries.ts';
import { type ClusterFiles, clusterFiles, initCluster, writeClusterConfig } from './cluster.ts';
import { openFolder, sharedPlace } from './folder.ts';
import { removeStaleLock } from './stale-lock.ts';
import { tuning, usableMemory } from './tuning.ts';
import { commandAs, type RunAs, thisMachine, unprivileged } from './unprivileged.ts';

/** PostgreSQL from npm's binaries: data below `home`, TCP on the configured host only, scram passwords. */
export function postgresService(
  config: Config,
  home: string,
  modulesOf: string,
  { machine = thisMachine, place = sharedPlace } = {},
): ListeningService {
  const { host, port, superuser } = config.postgres;
  const binaries = findPostgres(modulesOf);
  const open = (): { runAs: RunAs; files: ClusterFiles; server: PostgresBinaries } => {
    const runAs = unprivileged(machine);
    const folder = openFolder(home, runAs, machine, place);
    return {
      runAs,
      files: clusterFiles(folder),
      server: runnableBinaries(binaries, folder, runAs, machine),
    };
  };
  return {
    name: 'postgres',
    version: binaries.version,
    needs: [],
    listen: { host, port, variable: 'POSTGRES_PORT' },
    async prepare(say) {
      const { runAs, files, server } = open();
      say('initdb');
      await initCluster(files, server, superuser.password, runAs, join(home, 'logs', 'postgres.log'));
      await removeStaleLock(files.data);
      say('starting');
      const settings = {
        listen_addresses: host,
        port: String(port),
        unix_socket_directories: '',
        log_line_prefix: '%m [%p] %q%u@%d %a ',
        timezone: 'UTC',
        log_timezone: 'UTC',
        ...tuning(usableMemory()),
      };
      writeClusterConfig(files, settings, runAs);
    },
    async command() {
      const { runAs, files, server } = open();
      return commandAs(runAs, {
        file: server.postgres,
        args: ['-D', files.data, `--config_file=${files.config}`, `--hba_file=${files.hba}`],
      });
    },
    probe: () => probePostgres(superuser),
    // SIGINT is Postgres' "fast" stop: sessions are ended, everything is written.
    stop: { signal: 'SIGINT', graceMs: 60_000 },
    // Crash recovery replays up to max_wal_size.
    startMs: 180_000,
  };
}
