import { environmentError } from '../../errors.ts';
import { capture } from '../../process/capture.ts';

/** The Docker engine that answers, with its compose plugin. */
export interface Docker {
  version: string;
  compose: string;
  /** Of the machine that it runs on, which on macOS and Windows is a virtual one; bytes. */
  memory: number;
}

/** Compose files may leave out what a profile leaves out (`required: false`) from 2.20 on. */
const leastCompose = [2, 20] as const;
const stackMemory = 5 * 1024 ** 3;
const biMemory = 2 * 1024 ** 3;
/** Engines show somewhat less than the machine was given. */
const tolerance = 0.9;

const nativeInstead = 'without Docker: shop-pipe up --runtime native';

/** What `docker` says; null where there is no such program, or it fails. */
async function ask(args: readonly string[]): Promise<string | null> {
  const answer = await capture('docker', args).catch(() => null);
  return answer?.code === 0 ? answer.output.trim() : null;
}

/** @throws ShopPipeError `no_docker`, `no_compose`, `compose_too_old`. */
export async function requireDocker(): Promise<Docker> {
  const [engine, compose] = await Promise.all([
    ask(['info', '--format', '{{.ServerVersion}} {{.MemTotal}}']),
    ask(['compose', 'version', '--short']),
  ]);
  const [version, memory] = /^(\d\S*) (\d+)$/m.exec(engine ?? '')?.slice(1) ?? [];
  if (version === undefined)
    throw environmentError('no_docker', 'no Docker engine answers', {
      suggestion: `start Docker and see that \`docker info\` works; ${nativeInstead}`,
    });
  if (compose === null)
    throw environmentError('no_compose', `Docker ${version} has no compose plugin`, {
      suggestion: `install docker-compose-plugin; ${nativeInstead}`,
    });
  if (!isRecent(compose))
    throw environmentError('compose_too_old', `compose ${compose} is older than ${leastCompose.join('.')}`, {
      suggestion: `update docker-compose-plugin; ${nativeInstead}`,
    });
  return { version, compose, memory: Number(memory) };
}

/** Whether compose is what `up` takes where nobody said. */
export const dockerAnswers = (): Promise<boolean> =>
  requireDocker().then(
    () => true,
    () => false,
  );

export function isRecent(compose: string): boolean {
  const [major = 0, minor = 0] = compose.replace(/^v/, '').split('.').map(Number);
  return major > leastCompose[0] || (major === leastCompose[0] && minor >= leastCompose[1]);
}

/** What the stack's limits add up to, bytes: docs/compose.md has the table. */
export const neededMemory = (profiles: readonly string[]): number =>
  stackMemory + (profiles.includes('bi') ? biMemory : 0);

/** Why this Docker has too little memory; null where it has enough. */
export function lacksMemory({ memory }: Docker, profiles: readonly string[]): string | null {
  const needed = neededMemory(profiles);
  const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
  return memory >= needed * tolerance
    ? null
    : `Docker has ${gib(memory)} GiB of memory, the stack may take ${gib(needed)} GiB`;
}
