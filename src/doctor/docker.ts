import type { RuntimeName } from '../config/config.ts';
import { ShopPipeError } from '../errors.ts';
import { lacksMemory, requireDocker } from '../runtime/compose/docker.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** Whether Docker could run the stack; without it only somebody who wants compose has a problem. `runtime`: null where it is not known. */
export async function checkDocker(
  runtime: RuntimeName | null,
  profiles: readonly string[],
): Promise<Finding> {
  const wanted = runtime === 'compose';
  try {
    const docker = await requireDocker();
    const said = `engine ${docker.version}, compose ${docker.compose}`;
    const lack = lacksMemory(docker, profiles);
    if (lack === null) return ok('docker', said);
    const remedy = 'give Docker more memory (Docker Desktop: Settings, Resources)';
    return (wanted ? problem : warning)('docker', `${said}; ${lack}`, remedy);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    if (wanted) return problem('docker', error.message, error.suggestion ?? 'start Docker');
    return ok('docker', `${error.message}; engines run natively`);
  }
}
