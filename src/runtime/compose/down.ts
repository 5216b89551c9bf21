import { environmentError } from '../../errors.ts';
import { capture } from '../../process/capture.ts';
import { inStep, type Progress } from '../../progress.ts';
import { parsePs, stateOf } from './containers.ts';
import { requireDocker } from './docker.ts';
import { chores } from './services.ts';

export interface ComposeDownOptions {
  /** Name of the compose project. */
  name: string;
  purge: boolean;
  progress: Progress;
}

/** Stops and removes the containers, with `purge` their volumes as well; returns what was running. Reads no file of ours. */
export async function composeDown({ name, purge, progress }: ComposeDownOptions): Promise<string[]> {
  await requireDocker();
  // The root folder has no compose file: the labels of what is there tell enough, also where `.env` is wrong or gone.
  const run = (...args: string[]): ReturnType<typeof capture> =>
    capture('docker', ['compose', '--ansi', 'never', '--project-name', name, ...args], {
      cwd: '/',
      env: { COMPOSE_FILE: undefined, COMPOSE_PROFILES: undefined },
    });
  const { output } = await run('ps', '--all', '--format', 'json');
  const running = parsePs(output).filter((one) =>
    ['healthy', 'starting', 'unhealthy'].includes(stateOf(one)),
  );
  await inStep(progress, 'stopping containers', async () => {
    const down = await run('down', '--remove-orphans', ...(purge ? ['--volumes'] : []));
    if (down.code === 0) return;
    throw environmentError(
      'compose_failed',
      `docker compose down failed: ${down.output.trim().split('\n').at(-1)}`,
      {
        suggestion: `docker compose --project-name ${name} down`,
      },
    );
  });
  const own = ({ service }: { service: string }): boolean => service !== 'ready' && !chores.includes(service);
  return running.filter(own).map(({ service }) => service);
}
