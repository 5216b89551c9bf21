import { readableLine } from '../../process/log-line.ts';
import type { Progress, Step } from '../../progress.ts';
import { type Container, readContainers, stateOf } from './containers.ts';
import { lastLines } from './logs.ts';
import type { ComposeProject } from './project.ts';

const everyMs = 1_500;

/** Shows what is starting, a step each with its last line of log, until `ended`. Looking must not hinder: errors are not told. */
export async function watch(
  project: ComposeProject,
  progress: Progress,
  shown: (service: string) => boolean,
  ended: { readonly yes: boolean },
): Promise<void> {
  const steps = new Map<string, Step>();
  const done = new Set<string>();
  const look = async (when: 'first' | 'between' | 'last'): Promise<void> => {
    const containers = (await readContainers(project).catch(() => [])).filter(({ service }) =>
      shown(service),
    );
    const waiting = containers.filter((one) => isUnderWay(one) && !done.has(one.service));
    const last = await lastLines(
      project,
      waiting.map(({ service }) => service),
    ).catch(() => new Map<string, string>());
    for (const container of containers) {
      const { service } = container;
      if (done.has(service)) continue;
      if (isUnderWay(container) && !(when === 'last' && container.health === '')) {
        const step = steps.get(service) ?? progress.step(service);
        steps.set(service, step);
        step.advance(0, readableLine(last.get(service) ?? container.health).slice(0, 80));
      } else if (container.state !== 'created') {
        done.add(service);
        finish(container, steps.get(service), when === 'first' ? null : progress);
      }
    }
  };
  await look('first');
  while (!ended.yes) {
    await look('between');
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  // What turned healthy at the very end.
  await look('last');
  for (const [service, step] of steps) if (!done.has(service)) step.fail();
}

/** Unhealthy is not the end of it; without a health check only an end is one. */
const isUnderWay = ({ state, health }: Container): boolean => state === 'running' && health !== 'healthy';

/** A step that was too quick to be seen is still told, but for what ran before. */
function finish(container: Container, seen: Step | undefined, progress: Progress | null): void {
  const step = seen ?? progress?.step(container.service);
  if (stateOf(container) === 'failed' || stateOf(container) === 'unhealthy') step?.fail();
  else step?.end(container.endpoint ?? undefined);
}
