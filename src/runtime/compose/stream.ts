import type { Config } from '../../config/config.ts';
import type { Project } from '../../config/project.ts';
import { environmentError } from '../../errors.ts';
import { inStep, type Progress } from '../../progress.ts';
import { composeFailed, readContainers, stateOf } from './containers.ts';
import { culpritOf } from './culprit.ts';
import { requireDocker } from './docker.ts';
import { ComposeProject } from './project.ts';

export interface StreamContainer {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

const waitSeconds = 240;

/** Starts the stream's container, with all that it needs; returns whether it had to, once its driver runs. */
export async function startStreamContainer({
  config,
  project,
  progress,
  signal,
}: StreamContainer): Promise<boolean> {
  await requireDocker();
  const compose = new ComposeProject({ config, ...project });
  const before = (await readContainers(compose)).find(({ service }) => service === 'stream');
  if (before === undefined)
    throw environmentError('stack_down', 'the stack of compose is not up', { suggestion: 'shop-pipe up' });
  if (stateOf(before) === 'healthy') return false;
  await inStep(progress, 'stream', async () => {
    const wait = ['--wait', '--wait-timeout', String(waitSeconds)];
    const { code, output } = await compose.run(['up', '--detach', '--no-build', ...wait, 'stream'], {
      signal,
    });
    if (code !== 0) throw await culpritOf(compose, output);
  });
  return true;
}

/** Ends it between two batches; false where it did not run. */
export async function stopStreamContainer(
  config: Config,
  project: Project,
): Promise<{ stopped: boolean; killed: boolean }> {
  await requireDocker();
  const compose = new ComposeProject({ config, ...project });
  const find = async () => (await readContainers(compose)).find(({ service }) => service === 'stream');
  const before = await find();
  if (before === undefined || ['stopped', 'failed'].includes(stateOf(before)))
    return { stopped: false, killed: false };
  const { code, output } = await compose.run(['stop', 'stream']);
  if (code !== 0) throw composeFailed('docker compose stop', output);
  return { stopped: true, killed: (await find())?.exitCode === 137 };
}
