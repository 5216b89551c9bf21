import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { requireDocker } from '../../src/runtime/compose/docker.ts';
import { program } from './program.ts';

const standins = resolve('../shared/standins');

/** A Docker engine to test with. */
export interface Engine {
  /** Stops what was started for the test. */
  stop(): Promise<void>;
}

/** The engine that answers, else that of the stand-ins; a text says why there is neither. Call it in the clone's root. */
export async function openEngine(): Promise<Engine | string> {
  const found = await requireDocker().catch((error: Error) => error.message);
  if (typeof found !== 'string') return { stop: async () => undefined };
  if (!existsSync(standins)) return `${found}, and ${standins} is not there`;
  if (process.getuid?.() !== 0) return `${found}, and only root can start the one of ${standins}`;
  // Copied, since the images take over the modes of the files: a broker that may not write its own settings does not start.
  const scripts = mkdtempSync(join(tmpdir(), 'shop-pipe-standins-'));
  cpSync(standins, scripts, { recursive: true });
  await program('chmod', ['-R', 'u+w', scripts]);
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'shop-pipe-standins');
  if (existsSync(cache)) await program('chmod', ['-R', 'u+w', cache]);
  await program(join(scripts, 'engine.sh'), ['up'], { show: true });
  const tools = /PATH=([^$]+)/.exec(await program(join(scripts, 'engine.sh'), ['env']))?.[1] ?? '';
  process.env['PATH'] = `${tools}${delimiter}${process.env['PATH']}`.replaceAll('::', ':');
  await program(join(scripts, 'build-standins.sh'), [], { show: true });
  const writable = [
    'run',
    '--rm',
    '--entrypoint',
    'test',
    'apache/kafka:4.3.1',
    '-w',
    '/etc/kafka/docker/server.properties',
  ];
  await program('docker', writable).catch(() =>
    program('docker', ['build', '--quiet', '--tag', 'apache/kafka:4.3.1', join(cache, 'kafka')]),
  );
  return {
    async stop() {
      await program(join(scripts, 'engine.sh'), ['down'], { show: true });
      rmSync(scripts, { recursive: true, force: true });
    },
  };
}
