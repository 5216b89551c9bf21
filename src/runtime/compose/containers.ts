import { environmentError } from '../../errors.ts';
import type { ServiceState } from '../service.ts';
import type { ComposeProject } from './project.ts';

/** A container as `docker compose ps` tells of it. */
export interface Container {
  service: string;
  state: string;
  /** healthy, unhealthy, starting; empty without a health check. */
  health: string;
  exitCode: number;
  image: string;
  /** Where it is published, `host:port`. */
  endpoint: string | null;
}

interface PsLine {
  Service: string;
  State: string;
  Health?: string;
  ExitCode?: number;
  Image?: string;
  Publishers?: { URL: string; PublishedPort: number }[] | null;
}

/** All containers of the project, also those that ended. */
export async function readContainers(project: ComposeProject): Promise<Container[]> {
  const { code, output } = await project.run(['ps', '--all', '--format', 'json']);
  if (code !== 0) throw composeFailed('docker compose ps', output);
  return parsePs(output);
}

/** A document a line, or (before 2.21) one list. Warnings of compose stand between. */
export function parsePs(output: string): Container[] {
  return output
    .split('\n')
    .filter((line) => /^[[{]/.test(line))
    .flatMap((line) => JSON.parse(line) as PsLine | PsLine[])
    .map(({ Service, State, Health = '', ExitCode = 0, Image = '', Publishers }) => {
      const published = Publishers?.find(({ PublishedPort }) => PublishedPort > 0);
      return {
        service: Service,
        state: State,
        health: Health,
        exitCode: ExitCode,
        image: Image,
        endpoint: published === undefined ? null : `${published.URL}:${published.PublishedPort}`,
      };
    });
}

/** Ended by a signal that `docker stop` sends, or well. */
const stoppedCodes = new Set([0, 130, 137, 143]);

export function stateOf({ state, health, exitCode }: Container): ServiceState {
  switch (state) {
    case 'running':
      return health === 'starting' ? 'starting' : health === 'unhealthy' ? 'unhealthy' : 'healthy';
    case 'created':
      return 'stopped';
    case 'exited':
      return stoppedCodes.has(exitCode) ? 'stopped' : 'failed';
    case 'paused':
      return 'unhealthy';
    default:
      return 'failed';
  }
}

/** What compose itself could not do, by the last line that says so. */
export function composeFailed(what: string, output: string): Error {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const said =
    lines.findLast((line) => /error|denied|invalid|required|failed|no such/i.test(line)) ?? lines.at(-1);
  const missing = /required variable (\w+) is missing/.exec(output)?.[1];
  if (missing !== undefined)
    return environmentError('bad_configuration', `compose needs ${missing}, which .env lacks`, {
      suggestion: 'shop-pipe init (fills in what is missing)',
    });
  return environmentError('compose_failed', `${what} failed: ${(said ?? 'no output').slice(0, 400)}`, {
    suggestion: 'shop-pipe doctor; shop-pipe status',
  });
}
