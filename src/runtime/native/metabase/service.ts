import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { notServedHere } from '../../../airflow/own-airflow.ts';
import type { Config } from '../../../config/config.ts';
import { environmentError } from '../../../errors.ts';
import { probeMetabase } from '../../../metabase/probe.ts';
import { bootstrapMetabase } from '../../../postgres/bootstrap.ts';
import type { Progress } from '../../../progress.ts';
import { ensureMetabaseJar, findMetabaseJava, metabaseRelease } from '../../../toolchain/metabase.ts';
import type { ListeningService } from '../../service.ts';
import { listenAt } from '../airflow/settings.ts';
import { metabaseEnvironment } from './environment.ts';

export interface MetabaseServiceOptions {
  config: Config;
  home: string;
  /** METABASE_JAR is meant from where it lies. */
  envFile: string;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Metabase from its jar, on loopback, with what it knows in a database of its own in the stack's Postgres. Half a gigabyte
 * and a newer Java: only where somebody asks for it, by name or by METABASE_JAR.
 */
export function metabaseService(options: MetabaseServiceOptions): ListeningService {
  const { config, home, envFile, progress, signal } = options;
  const { target, jar: named, jarSha256: sha256, javaHome } = config.metabase;
  const folder = join(home, 'metabase');
  const listen = listenAt(target.url, 'METABASE_URL');
  const jar = named === null ? null : resolve(dirname(envFile), named);
  const env = metabaseEnvironment(config, listen, folder);
  const installed = (say: (what: string) => void): Promise<string> =>
    ensureMetabaseJar({
      jar,
      sha256,
      signal,
      say,
      onHash: (actual) =>
        progress.note(
          `Metabase ${metabaseRelease} has SHA-256 ${actual}; METABASE_JAR_SHA256 in .env holds it to that`,
        ),
    });
  return {
    name: 'metabase',
    version: jar === null ? metabaseRelease.replace(/^v/, '') : basename(jar),
    needs: ['postgres'],
    listen,
    extra: true,
    ...(jar === null ? { onDemand: true } : {}),
    settings: JSON.stringify([jar ?? metabaseRelease, env]),
    check() {
      checkOurs(config);
      findMetabaseJava(javaHome);
    },
    async prepare(say) {
      await installed(say);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await bootstrapMetabase(config);
      say('starting; the first time it makes its tables, which takes a minute or two');
    },
    async command() {
      const java = findMetabaseJava(javaHome);
      const file = join(java.home, 'bin', 'java');
      const args = [
        '-Xmx1g',
        '--add-opens',
        'java.base/java.nio=ALL-UNNAMED',
        '-jar',
        await installed(() => undefined),
      ];
      return { file, args, env: { ...env, JAVA_HOME: java.home }, cwd: folder };
    },
    probe: () => probeMetabase(target.url),
    stop: { signal: 'SIGTERM', graceMs: 20_000 },
    startMs: 600_000,
  };
}

function checkOurs({ metabase }: Config): void {
  const elsewhere = notServedHere(metabase.target.url, 'METABASE_URL');
  if (elsewhere !== null)
    throw environmentError(
      'metabase_not_ours',
      `${elsewhere}, but shop-pipe is to run metabase itself: plain http on loopback`,
      { suggestion: 'for one that runs already set SHOP_PIPE_EXTERNAL=metabase in .env' },
    );
  const secrets = {
    METABASE_PASSWORD: metabase.target.password,
    METABASE_ENCRYPTION_KEY: metabase.encryptionKey,
    METABASE_DB_PASSWORD: metabase.database.password,
  };
  const missing = Object.entries(secrets).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0)
    throw environmentError('bad_configuration', `metabase needs ${missing.join(', ')}, which .env lacks`, {
      suggestion: 'shop-pipe init (fills in what is missing)',
    });
}
