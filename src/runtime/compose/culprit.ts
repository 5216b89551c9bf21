import { environmentError } from '../../errors.ts';
import { readableLine } from '../../process/log-line.ts';
import { type Container, composeFailed, readContainers, stateOf } from './containers.ts';
import { logTail } from './logs.ts';
import type { ComposeProject } from './project.ts';
import { chores, composeServices } from './services.ts';

/** Why `docker compose up` failed: the first service that did not come up, with the end of its log. */
export async function culpritOf(project: ComposeProject, output: string): Promise<Error> {
  const taken = /(?:Bind for|bind:?|listen tcp4?) \S*?:(\d+).*(?:already allocated|already in use)/.exec(
    output,
  );
  if (taken !== null)
    return environmentError('port_taken', `port ${taken[1]} is taken`, {
      suggestion: 'stop what listens there, or set another port in .env',
    });
  const containers = await readContainers(project);
  const order = composeServices.flatMap(({ name, chores: own = [] }) => [...own, name]);
  const sick = order
    .flatMap((name) => containers.find(({ service }) => service === name) ?? [])
    .find(didNotComeUp);
  if (sick === undefined) return composeFailed('docker compose up', output);
  const { service } = sick;
  const tail = (await logTail(project, service, 5)).map((line) => readableLine(line).slice(0, 300));
  return environmentError(
    `${service.replaceAll('-', '_')}_failed`,
    `${service} ${whatOf(sick)}${tail.length > 0 ? `; its log ends: ${tail.join(' | ')}` : ''}`,
    { suggestion: `shop-pipe logs ${service}` },
  );
}

const didNotComeUp = (container: Container): boolean => {
  const state = stateOf(container);
  if (chores.includes(container.service)) return state === 'failed' || container.exitCode !== 0;
  return state === 'failed' || state === 'unhealthy' || (container.state === 'exited' && state === 'stopped');
};

const whatOf = ({ state, health, exitCode }: Container): string =>
  state === 'restarting' || state === 'exited'
    ? `ended with exit code ${exitCode}`
    : health === 'unhealthy'
      ? 'never turned healthy'
      : `is ${state}`;
