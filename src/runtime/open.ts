import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import type { Progress } from '../progress.ts';
import { chooseRuntime } from './choose.ts';
import type { Runtime } from './runtime.ts';

export interface OpenOptions {
  config: Config;
  project: Project;
  progress: Progress;
  signal: AbortSignal;
}

/** The runtime that this project uses. */
export async function openRuntime({ config, project, progress, signal }: OpenOptions): Promise<Runtime> {
  const name = await chooseRuntime(config.runtime, project.home);
  switch (name) {
    case 'native': {
      const { nativeRuntime } = await import('./native/runtime.ts');
      return nativeRuntime({
        config,
        home: project.home,
        assets: project.assets,
        envFile: project.envFile,
        progress,
        signal,
      });
    }
    case 'external': {
      const { externalRuntime } = await import('./external/runtime.ts');
      return externalRuntime(config, project.home);
    }
    case 'compose': {
      const { composeRuntime } = await import('./compose/runtime.ts');
      return composeRuntime({ config, ...project, progress, signal });
    }
  }
}
